using System.ClientModel;
using System.ComponentModel;
using Freehold.Conformance.Tests.Serving;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Freehold.Conformance.Tests.Clients;

/// <summary>Microsoft.Extensions.AI over OpenAI's package: what most .NET programs use.</summary>
public class ExtensionsAiTests(RunningBox box)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private readonly OpenAIClient _openAi = new(new ApiKeyCredential(RunningBox.Key), new OpenAIClientOptions { Endpoint = new Uri(box.Address + "/v1") });
    private IChatClient Chat => _openAi.GetChatClient(RunningBox.Chat).AsIChatClient();

    private sealed record City([property: Description("A city's name")] string Name);

    [Fact]
    public async Task A_stream_gives_the_text_of_the_whole_answer()
    {
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 16 };
        var whole = await Chat.GetResponseAsync("What is the capital of France?", options, Cancel);
        var streamed = await Chat.GetStreamingResponseAsync("What is the capital of France?", options, Cancel).ToChatResponseAsync(Cancel);
        Assert.Equal(whole.Text, streamed.Text);
        Assert.Contains("Paris", whole.Text, StringComparison.Ordinal);
        Assert.True(whole.Usage!.InputTokenCount > 0);
    }

    [Fact]
    public async Task A_typed_answer_is_of_its_type()
    {
        var answer = await Chat.GetResponseAsync<City>("Name the capital of France.", new ChatOptions { Temperature = 0, MaxOutputTokens = 60 }, useJsonSchemaResponseFormat: true, Cancel);
        Assert.NotNull(answer.Result.Name);
    }

    [Fact]
    public async Task A_function_is_invoked_and_its_result_is_answered()
    {
        var invoked = 0;
        var weather = AIFunctionFactory.Create(([Description("City")] string city) =>
        {
            invoked++;
            return "12 degrees";
        }, "get_weather", "Weather now");
        using var client = Chat.AsBuilder().UseFunctionInvocation(configure: each => each.MaximumIterationsPerRequest = 1).Build();
        var answer = await client.GetResponseAsync("Weather in Bern?", new ChatOptions { Temperature = 0, MaxOutputTokens = 80, Tools = [weather], ToolMode = ChatToolMode.RequireSpecific("get_weather"), AllowMultipleToolCalls = false }, Cancel);
        Assert.Equal(1, invoked);
        Assert.Contains(answer.Messages, message => message.Role == ChatRole.Tool);
    }

    [Fact]
    public async Task Embeddings_have_the_models_dimensions()
    {
        var generator = _openAi.GetEmbeddingClient(RunningBox.Embeddings).AsIEmbeddingGenerator();
        var vectors = await generator.GenerateAsync(["one", "two"], cancellationToken: Cancel);
        Assert.All(vectors, vector => Assert.Equal(384, vector.Vector.Length));
    }
}
