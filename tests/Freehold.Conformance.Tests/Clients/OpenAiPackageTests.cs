using System.ClientModel;
using System.Text.Json.Nodes;
using Freehold.Conformance.Tests.Serving;
using OpenAI;
using OpenAI.Chat;

namespace Freehold.Conformance.Tests.Clients;

/// <summary>OpenAI's own NuGet package, with nothing but its address changed.</summary>
public class OpenAiPackageTests(RunningBox box)
{
    private const string CitySchema = """{"type":"object","properties":{"city":{"type":"string","maxLength":20}},"required":["city"],"additionalProperties":false}""";
    private readonly OpenAIClient _client = new(new ApiKeyCredential(RunningBox.Key), new OpenAIClientOptions { Endpoint = new Uri(box.Address + "/v1") });
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private ChatClient Chat => _client.GetChatClient(RunningBox.Chat);

    [Fact]
    public async Task A_chat_is_answered_with_its_usage_and_the_same_text_streamed()
    {
        ChatMessage[] messages = [ChatMessage.CreateSystemMessage("Be brief."), ChatMessage.CreateUserMessage("What is the capital of France?")];
        var options = new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 24, Seed = 7 };
        ChatCompletion whole = await Chat.CompleteChatAsync(messages, options, Cancel);
        Assert.Contains("Paris", whole.Content[0].Text, StringComparison.Ordinal);
        Assert.Equal(RunningBox.Chat, whole.Model);
        Assert.Equal(whole.Usage.InputTokenCount + whole.Usage.OutputTokenCount, whole.Usage.TotalTokenCount);
        var streamed = "";
        ChatTokenUsage? usage = null;
        await foreach (var update in Chat.CompleteChatStreamingAsync(messages, options, Cancel))
        {
            streamed += string.Concat(update.ContentUpdate.Select(part => part.Text));
            usage = update.Usage ?? usage;
        }
        Assert.Equal(whole.Content[0].Text, streamed);
        Assert.Equal(whole.Usage.TotalTokenCount, usage!.TotalTokenCount);
    }

    [Fact]
    public async Task Log_probabilities_stop_strings_and_bias_are_honoured()
    {
        var options = new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 12, IncludeLogProbabilities = true, TopLogProbabilityCount = 3, StopSequences = { "." } };
        ChatCompletion answer = await Chat.CompleteChatAsync([ChatMessage.CreateUserMessage("What is the capital of France?")], options, Cancel);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.DoesNotContain(".", answer.Content[0].Text, StringComparison.Ordinal);
        Assert.NotEmpty(answer.ContentTokenLogProbabilities);
        Assert.All(answer.ContentTokenLogProbabilities, token => Assert.Equal(3, token.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task A_tool_makes_a_round_trip()
    {
        var tool = ChatTool.CreateFunctionTool("get_weather", "Weather now", BinaryData.FromString(CitySchema), functionSchemaIsStrict: true);
        var options = new ChatCompletionOptions { Temperature = 0, Tools = { tool }, ToolChoice = ChatToolChoice.CreateRequiredChoice(), AllowParallelToolCalls = false };
        List<ChatMessage> messages = [ChatMessage.CreateUserMessage("Weather in Bern?")];
        ChatCompletion asked = await Chat.CompleteChatAsync(messages, options, Cancel);
        Assert.Equal(ChatFinishReason.ToolCalls, asked.FinishReason);
        var call = Assert.Single(asked.ToolCalls);
        Assert.Equal("get_weather", call.FunctionName);
        Assert.NotNull((string)JsonNode.Parse(call.FunctionArguments)!["city"]!);
        messages.Add(ChatMessage.CreateAssistantMessage(asked));
        messages.Add(ChatMessage.CreateToolMessage(call.Id, "12 degrees"));
        ChatCompletion answered = await Chat.CompleteChatAsync(messages, new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 16 }, Cancel);
        Assert.NotEqual("", answered.Content[0].Text);
    }

    [Fact]
    public async Task A_schema_holds_the_answer()
    {
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("city", BinaryData.FromString(CitySchema), jsonSchemaIsStrict: true) };
        ChatCompletion answer = await Chat.CompleteChatAsync([ChatMessage.CreateUserMessage("Name a city.")], options, Cancel);
        Assert.InRange(((string)JsonNode.Parse(answer.Content[0].Text)!["city"]!).Length, 0, 20);
    }

    [Fact]
    public async Task Texts_become_vectors_of_unit_length()
    {
        var embeddings = await _client.GetEmbeddingClient(RunningBox.Embeddings).GenerateEmbeddingsAsync(["a dog", "a puppy", "tax law"], cancellationToken: Cancel);
        var vectors = embeddings.Value.Select(each => each.ToFloats().ToArray()).ToArray();
        static float Dot(float[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();
        Assert.All(vectors, vector => Assert.Equal(1, Dot(vector, vector), 0.001));
        Assert.True(Dot(vectors[0], vectors[1]) > Dot(vectors[0], vectors[2]));
    }

    [Fact]
    public async Task Models_are_listed_and_errors_come_as_the_package_knows_them()
    {
        var models = await _client.GetOpenAIModelClient().GetModelsAsync(Cancel);
        Assert.Contains(models.Value, model => model.Id == RunningBox.Chat);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => _client.GetChatClient("nobody").CompleteChatAsync([ChatMessage.CreateUserMessage("x")], cancellationToken: Cancel));
        Assert.Equal(404, error.Status);
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
        var stranger = new OpenAIClient(new ApiKeyCredential("wrong"), new OpenAIClientOptions { Endpoint = new Uri(box.Address + "/v1") });
        error = await Assert.ThrowsAsync<ClientResultException>(() => stranger.GetChatClient(RunningBox.Chat).CompleteChatAsync([ChatMessage.CreateUserMessage("x")], cancellationToken: Cancel));
        Assert.Equal(401, error.Status);
    }
}
