using System.Text;
using System.Text.Json.Nodes;
using Freehold.Engine.Chat;
using Freehold.Engine.Refusals;
using Freehold.Engine.Tests.Fakes;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tests.Chat;

public class EngineChatClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly ChatMessage[] _messages = [new(ChatRole.User, "Hi")];

    /// <summary>A model that answers with the prompt it sees, then ends.</summary>
    private static Bench Parrot()
    {
        var model = new RememberingModel(258);
        var length = 0;
        model.Watch = batch => length = batch.Sequences[0].StartPosition == 0 ? batch.Rows : length;
        model.Script = (tokens, logits) => logits[tokens.Length - length + 1 < length ? tokens[tokens.Length - length + 1] : ByteTokenizer.Eos] = 50;
        return new Bench(model: model);
    }

    [Fact]
    public async Task Messages_become_a_prompt_by_the_template_and_the_answer_comes_back_whole()
    {
        using var bench = Parrot();
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(
            [new(ChatRole.User, [new TextContent("Hi"), new TextContent("there")])],
            new() { Temperature = 0, Instructions = "Be kind", ModelId = "fake" }, Cancellation);
        Assert.Equal("system:Be kind\nuser:Hi\nthere\n", response.Text);
        Assert.Equal(ChatRole.Assistant, response.Messages[0].Role);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("fake", response.ModelId);
        Assert.Equal((30, 30, 60, 0), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount, response.Usage.CachedInputTokenCount));
    }

    [Fact]
    public async Task Streamed_and_whole_answers_say_the_same()
    {
        using var bench = new Bench();
        using var client = new EngineChatClient(bench.Engine);
        var options = new ChatOptions { Seed = 3, MaxOutputTokens = 80, TopK = 40, TopP = 0.9f, AdditionalProperties = new() { ["logprobs"] = true, ["top_logprobs"] = 2, ["min_p"] = 0.01 } };
        var whole = await client.GetResponseAsync(_messages, options, Cancellation);
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in client.GetStreamingResponseAsync(_messages, options, Cancellation))
            updates.Add(update);
        Assert.Equal(whole.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.Equal(whole.FinishReason, updates[^1].FinishReason);
        Assert.Equal(whole.Usage!.OutputTokenCount, updates[^1].Contents.OfType<UsageContent>().Single().Details.OutputTokenCount);
        var streamed = updates.Where(update => update.AdditionalProperties is not null).SelectMany(update => ((JsonArray)update.AdditionalProperties!["logprobs"]!).Select(node => node!.ToJsonString()));
        var together = (JsonArray)whole.AdditionalProperties!["logprobs"]!;
        Assert.Equal(together.Select(node => node!.ToJsonString()), streamed);
        Assert.Equal(whole.Usage.OutputTokenCount, together.Count);
        var entry = together[0]!;
        Assert.Equal(2, entry["top_logprobs"]!.AsArray().Count);
        Assert.Equal((int)entry["token_id"]!, (int)entry["bytes"]![0]!);
        Assert.True((float)entry["logprob"]! < 0);
    }

    [Fact]
    public async Task A_raw_prompt_and_ids_pass_by_the_template()
    {
        using var bench = Parrot();
        using var client = new EngineChatClient(bench.Engine);
        var raw = await client.GetResponseAsync([], new() { Temperature = 0, AdditionalProperties = new() { ["raw_prompt"] = "Once" } }, Cancellation);
        Assert.Equal("Once", raw.Text);
        var ids = await client.GetResponseAsync([], new() { Temperature = 0, AdditionalProperties = new() { ["prompt_token_ids"] = new[] { ByteTokenizer.Bos, 'a', 'b' } } }, Cancellation);
        Assert.Equal("ab", ids.Text);
    }

    [Fact]
    public async Task Stop_sequences_and_a_bias_are_honoured()
    {
        using var bench = Parrot();
        using var client = new EngineChatClient(bench.Engine);
        var stopped = await client.GetResponseAsync(_messages, new() { Temperature = 0, StopSequences = ["r:"] }, Cancellation);
        Assert.Equal("use", stopped.Text);
        Assert.Equal("r:", stopped.AdditionalProperties!["stop_sequence"]);
        var biased = await client.GetResponseAsync(_messages, new() { Temperature = 0, MaxOutputTokens = 3, AdditionalProperties = new() { ["logit_bias"] = new Dictionary<int, float> { ['x'] = 100 } } }, Cancellation);
        Assert.Equal("xxx", biased.Text);
        Assert.Equal(ChatFinishReason.Length, biased.FinishReason);
    }

    [Fact]
    public async Task An_answer_has_the_form_that_was_asked_for()
    {
        using var bench = new Bench();
        using var client = new EngineChatClient(bench.Engine);
        var json = await client.GetResponseAsync(_messages, new() { MaxOutputTokens = 60, Seed = 1, ResponseFormat = ChatResponseFormat.Json }, Cancellation);
        Assert.Equal(System.Text.Json.JsonValueKind.Object, System.Text.Json.JsonElement.Parse(json.Text).ValueKind);
        var schema = await client.GetResponseAsync(_messages, new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(System.Text.Json.JsonElement.Parse("""{"enum":["red","blue"]}""")) }, Cancellation);
        Assert.Contains(schema.Text, new[] { "\"red\"", "\"blue\"" });
        Assert.Equal(ChatFinishReason.Stop, schema.FinishReason);
        var pattern = await client.GetResponseAsync(_messages, new() { AdditionalProperties = new() { ["regex"] = "[0-9]{4}-[0-9]{2}" } }, Cancellation);
        Assert.Matches("^[0-9]{4}-[0-9]{2}$", pattern.Text);
        var grammar = await client.GetResponseAsync(_messages, new() { AdditionalProperties = new() { ["grammar"] = "root ::= (\"yes\" | \"no\") \"!\"" } }, Cancellation);
        Assert.Contains(grammar.Text, new[] { "yes!", "no!" });
    }

    public static TheoryData<string, string, ChatOptions> Refused => new()
    {
        { "unsupported_parameter", "tools", new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] } },
        { "invalid_parameter", "tool_choice", new() { ToolMode = ChatToolMode.RequireAny } },
        { "unsupported_constraint", "response_format", new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(System.Text.Json.JsonElement.Parse("""{"not":{}}""")) } },
        { "invalid_parameter", "response_format", new() { ResponseFormat = ChatResponseFormat.Json, AdditionalProperties = new() { ["regex"] = "a" } } },
        { "invalid_constraint", "regex", new() { AdditionalProperties = new() { ["regex"] = "(" } } },
        { "invalid_constraint", "grammar", new() { AdditionalProperties = new() { ["grammar"] = "root ::= x" } } },
        { "unsupported_parameter", "conversation_id", new() { ConversationId = "1" } },
        { "unsupported_parameter", "raw_representation", new() { RawRepresentationFactory = _ => null } },
        { "unsupported_parameter", "mirostat", new() { AdditionalProperties = new() { ["mirostat"] = 2 } } },
        { "invalid_parameter", "min_p", new() { AdditionalProperties = new() { ["min_p"] = "much" } } },
        { "invalid_parameter", "logprobs", new() { AdditionalProperties = new() { ["logprobs"] = 1 } } },
        { "invalid_parameter", "temperature", new() { Temperature = -1 } },
        { "model_not_found", "model", new() { ModelId = "another" } },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task What_cannot_be_honoured_is_refused_by_name(string code, string parameter, ChatOptions options)
    {
        using var bench = new Bench();
        using var client = new EngineChatClient(bench.Engine);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync(_messages, options, Cancellation));
        Assert.Equal((code, parameter), (refused.Code, refused.Parameter));
    }

    [Fact]
    public async Task Images_and_empty_conversations_are_refused()
    {
        using var bench = new Bench();
        using var client = new EngineChatClient(bench.Engine);
        var image = await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync(
            [new(ChatRole.User, [new DataContent(Encoding.UTF8.GetBytes("x"), "image/png")])], cancellationToken: Cancellation));
        Assert.Equal("unsupported_parameter", image.Code);
        Assert.Equal("invalid_prompt", (await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync([], cancellationToken: Cancellation))).Code);
    }

    [Fact]
    public void The_client_names_itself_and_its_engine()
    {
        using var bench = new Bench();
        using var client = new EngineChatClient(bench.Engine);
        Assert.Equal("fake", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Same(bench.Engine, client.GetService<InferenceEngine>());
    }

    [Fact]
    public async Task The_prompts_log_probabilities_come_with_the_first_update_the_first_without_one()
    {
        using var bench = new Bench();
        using var client = new EngineChatClient(bench.Engine);
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 3, AdditionalProperties = new() { ["raw_prompt"] = "abc", ["prompt_logprobs"] = true, ["top_logprobs"] = 1 } };
        var response = await client.GetResponseAsync([], options, Cancellation);
        var entries = ((JsonArray)response.AdditionalProperties!["prompt_logprobs"]!).Select(entry => entry!).ToList();
        Assert.Equal(["<bos>", "a", "b", "c"], entries.Select(entry => (string)entry["token"]!));
        Assert.Null(entries[0]["logprob"]);
        Assert.All(entries[1..], entry => Assert.True((float)entry["logprob"]! < 0 && entry["top_logprobs"]!.AsArray().Count == 1));
    }

    [Fact]
    public async Task No_tokens_at_all_may_be_asked_for()
    {
        using var bench = new Bench();
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(_messages, new() { MaxOutputTokens = 0, AdditionalProperties = new() { ["logprobs"] = true } }, Cancellation);
        Assert.Equal(("", ChatFinishReason.Length, 0), (response.Text, response.FinishReason, response.Usage!.OutputTokenCount));
        Assert.Equal(response.Usage.InputTokenCount, response.Usage.TotalTokenCount);
        Assert.Null(response.AdditionalProperties);
    }

    [Fact]
    public async Task A_conversation_that_is_too_long_is_refused_by_its_messages_and_a_prompt_by_itself()
    {
        using var bench = new Bench(Bench.Small() with { Context = 100 });
        using var client = new EngineChatClient(bench.Engine);
        var messages = await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync([new(ChatRole.User, new string('x', 100))], cancellationToken: Cancellation));
        Assert.Equal("messages", messages.Parameter);
        var raw = await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetResponseAsync([], new() { AdditionalProperties = new() { ["raw_prompt"] = new string('x', 100) } }, Cancellation));
        Assert.Equal("prompt", raw.Parameter);
    }
}
