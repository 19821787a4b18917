using System.ClientModel;
using System.Text.Json.Nodes;
using Freehold.Conformance.Tests.Serving;
using OpenAI;
using OpenAI.Responses;

namespace Freehold.Conformance.Tests.Clients;

/// <summary>OpenAI's responses through its own NuGet package.</summary>
public class ResponsesPackageTests(RunningBox box)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private readonly OpenAIClient _client = new(new ApiKeyCredential(RunningBox.Key), new OpenAIClientOptions { Endpoint = new Uri(box.Address + "/v1") });
    private ResponsesClient Responses => _client.GetResponsesClient();

    private static CreateResponseOptions Ask(string text) => new(RunningBox.Chat, [ResponseItem.CreateUserMessageItem(text)]) { Temperature = 0, MaxOutputTokenCount = 24, StoredOutputEnabled = true };

    [Fact]
    public async Task A_response_is_kept_gone_on_from_and_deleted()
    {
        ResponseResult first = await Responses.CreateResponseAsync(Ask("What is the capital of France?"), Cancel);
        Assert.Contains("Paris", first.GetOutputText(), StringComparison.Ordinal);
        ResponseResult kept = await Responses.GetResponseAsync(first.Id, cancellationToken: Cancel);
        Assert.Equal(first.GetOutputText(), kept.GetOutputText());
        var more = Ask("And of Italy?");
        more.PreviousResponseId = first.Id;
        ResponseResult second = await Responses.CreateResponseAsync(more, Cancel);
        Assert.Equal(first.Id, second.PreviousResponseId);
        Assert.True(second.Usage.InputTokenCount > first.Usage.InputTokenCount);
        ResponseDeletionResult deleted = await Responses.DeleteResponseAsync(first.Id, Cancel);
        Assert.True(deleted.Deleted);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Responses.GetResponseAsync(first.Id, cancellationToken: Cancel));
        Assert.Equal(404, error.Status);
    }

    [Fact]
    public async Task A_stream_tells_the_text_in_pieces_and_ends_with_the_whole()
    {
        var text = "";
        ResponseResult? whole = null;
        var options = Ask("What is the capital of France?");
        options.StreamingEnabled = true;
        await foreach (var update in await Responses.CreateResponseStreamingAsync(options, Cancel))
        {
            if (update is StreamingResponseOutputTextDeltaUpdate delta)
                text += delta.Delta;
            whole = (update as StreamingResponseCompletedUpdate)?.Response ?? (update as StreamingResponseIncompleteUpdate)?.Response ?? whole;
        }
        Assert.Equal(whole!.GetOutputText(), text);
    }

    [Fact]
    public async Task A_tool_makes_a_round_trip()
    {
        var options = Ask("Weather in Bern?");
        options.MaxOutputTokenCount = 80;
        options.Tools.Add(ResponseTool.CreateFunctionTool("get_weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string","maxLength":20}},"required":["city"],"additionalProperties":false}"""), strictModeEnabled: true, "Weather now"));
        options.ToolChoice = ResponseToolChoice.CreateRequiredChoice();
        options.ParallelToolCallsEnabled = false;
        ResponseResult asked = await Responses.CreateResponseAsync(options, Cancel);
        var call = Assert.Single(asked.OutputItems.OfType<FunctionCallResponseItem>());
        Assert.NotNull((string)JsonNode.Parse(call.FunctionArguments)!["city"]!);
        var back = new CreateResponseOptions(RunningBox.Chat, [ResponseItem.CreateFunctionCallOutputItem(call.CallId, "12 degrees")]) { PreviousResponseId = asked.Id, Temperature = 0, MaxOutputTokenCount = 16 };
        ResponseResult answered = await Responses.CreateResponseAsync(back, Cancel);
        Assert.NotEqual("", answered.GetOutputText());
    }
}
