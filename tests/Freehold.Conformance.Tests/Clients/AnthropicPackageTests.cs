using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Freehold.Conformance.Tests.Serving;

namespace Freehold.Conformance.Tests.Clients;

/// <summary>Anthropic's own NuGet package, with nothing but its address changed.</summary>
public class AnthropicPackageTests(RunningBox box)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private readonly AnthropicClient _client = new() { BaseUrl = box.Address, ApiKey = RunningBox.Key, MaxRetries = 0 };

    // The package has no property for the temperature any more; fields of one's own go as they are.
    private static MessageCreateParams Ask(string text) =>
        Greedy(new MessageCreateParams { Model = RunningBox.Chat, MaxTokens = 24, System = "Be brief.", Messages = [new UserMessageParam(text)] });

    private static MessageCreateParams Greedy(MessageCreateParams asked) =>
        MessageCreateParams.FromRawUnchecked(asked.RawHeaderData, asked.RawQueryData, new Dictionary<string, JsonElement>(asked.RawBodyData) { ["temperature"] = JsonSerializer.SerializeToElement(0) });

    private static string TextOf(Message message) => string.Concat(message.Content.Select(block => block.TryPickText(out var text) ? text.Text : ""));

    [Fact]
    public async Task A_message_is_answered_and_the_same_streamed()
    {
        var whole = await _client.Messages.Create(Ask("What is the capital of France?"), Cancel);
        Assert.Contains("Paris", TextOf(whole), StringComparison.Ordinal);
        Assert.True(whole.Usage.OutputTokens > 0);
        var streamed = "";
        await foreach (var told in _client.Messages.CreateStreaming(Ask("What is the capital of France?"), Cancel))
            if (told.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var text))
                streamed += text.Text;
        Assert.Equal(TextOf(whole), streamed);
    }

    [Fact]
    public async Task Tokens_are_counted_and_models_listed()
    {
        var counted = await _client.Messages.CountTokens(new MessageCountTokensParams { Model = RunningBox.Chat, Messages = [new UserMessageParam("What is the capital of France?")] }, Cancel);
        Assert.InRange(counted.InputTokens, 5, 60);
        var models = await _client.Models.List(cancellationToken: Cancel);
        Assert.Contains(models.Items, model => model.ID == RunningBox.Chat);
    }

    [Fact]
    public async Task Errors_come_as_the_package_knows_them()
    {
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => _client.Messages.Create(Ask("x") with { Model = "nobody" }, Cancel));
        var stranger = new AnthropicClient { BaseUrl = box.Address, ApiKey = "wrong", MaxRetries = 0 };
        await Assert.ThrowsAsync<AnthropicUnauthorizedException>(() => stranger.Messages.Create(Ask("x"), Cancel));
    }

    [Fact]
    public async Task A_tool_makes_a_round_trip()
    {
        var schema = new InputSchema { Properties = new Dictionary<string, JsonElement> { ["city"] = JsonElement.Parse("""{"type":"string","maxLength":20}""") }, Required = ["city"] };
        var asked = await _client.Messages.Create(Greedy(new MessageCreateParams
        {
            Model = RunningBox.Chat,
            MaxTokens = 80,
            Messages = [new UserMessageParam("Weather in Bern?")],
            Tools = [new Tool { Name = "get_weather", Description = "Weather now", InputSchema = schema }],
            ToolChoice = new ToolChoiceTool("get_weather") { DisableParallelToolUse = true },
        }), Cancel);
        Assert.Equal(StopReason.ToolUse, asked.StopReason!.Value());
        var call = asked.Content.Select(block => block.TryPickToolUse(out var use) ? use : null).Single(use => use is not null)!;
        Assert.Equal(JsonValueKind.String, call.Input["city"].ValueKind);
        var answered = await _client.Messages.Create(new MessageCreateParams
        {
            Model = RunningBox.Chat,
            MaxTokens = 16,
            Messages =
            [
                new UserMessageParam("Weather in Bern?"),
                new AssistantMessageParam(new MessageContentParam([new ToolUseBlockParam { ID = call.ID, Name = call.Name, Input = call.Input }])),
                new UserMessageParam(new MessageContentParam([new ToolResultBlockParam(call.ID) { Content = "12 degrees" }])),
            ],
        }, Cancel);
        Assert.NotEqual("", TextOf(answered));
    }
}
