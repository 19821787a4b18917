using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Freehold.Gateway.Anthropic.Requests;
using Freehold.Gateway.Ollama.Requests;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.OpenAi.Responses.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Reranking;
using Freehold.Gateway.Tests.Serving;
using Freehold.Gateway.Tokens;
using Freehold.Tests;

namespace Freehold.Gateway.Tests.Requests;

/// <summary>Each parameter is honoured, refused or inert, as the table says and docs/api.md shows.</summary>
public partial class ParameterTableTests
{
    [GeneratedRegex(@"^\| `[^`]+` \| (honoured|refused|inert) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    private static readonly ParameterTable[] Tables =
    [
        OpenAiParameters.Chat, OpenAiParameters.Completions, OpenAiParameters.Embeddings, OpenAiParameters.ApplyTemplate, TokenParameters.Tokenize, TokenParameters.Detokenize,
        OllamaParameters.Chat, OllamaParameters.Generate, OllamaParameters.Embed, OllamaParameters.Embeddings, OllamaParameters.Show, OllamaParameters.Pull, OllamaParameters.Delete, OllamaParameters.Copy,
        AnthropicParameters.Messages, AnthropicParameters.CountTokens,
        ResponseParameters.Create, ResponseParameters.InputTokens, ResponseParameters.Compact, ResponseParameters.ConversationCreate, ResponseParameters.ConversationUpdate, ResponseParameters.ConversationItems,
        RerankParameters.Jina, RerankParameters.Cohere,
    ];

    private const string Items = """[{"role":"user","content":[{"type":"input_text","text":"x"}]}]""";

    private const string AnthropicLeast = """{"model":"parrot","system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],"output_config":{"format":{"type":"json_schema","schema":{}}}}""";

    /// <summary>What Anthropic's two endpoints for messages have in common, by its official client, @anthropic-ai/sdk 1.14.0 on npm.</summary>
    private const string AnthropicBoth = """
        messages model cache_control output_config output_config.effort output_config.format output_config.format.type output_config.format.schema speed system thinking tool_choice tools
        messages[].role messages[].content messages[].content[].type messages[].content[].text messages[].content[].cache_control messages[].content[].citations
        messages[].content[].thinking messages[].content[].signature messages[].content[].data messages[].content[].id messages[].content[].name messages[].content[].input messages[].content[].caller
        messages[].content[].tool_use_id messages[].content[].content messages[].content[].is_error messages[].content[].toolset_name
        tools[].type tools[].name tools[].description tools[].input_schema tools[].strict tools[].cache_control tools[].defer_loading tools[].allowed_callers tools[].eager_input_streaming tools[].input_examples
        tool_choice.type tool_choice.name tool_choice.disable_parallel_tool_use thinking.type thinking.budget_tokens thinking.display
        system[].type system[].text system[].cache_control system[].citations
        """;

    /// <summary>The least body that each endpoint answers.</summary>
    private static readonly Dictionary<string, string> Least = new()
    {
        ["/v1/chat/completions"] = """{"model":"parrot","messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]}""",
        ["/v1/completions"] = """{"model":"parrot","prompt":"x"}""",
        ["/v1/embeddings"] = """{"model":"org/lengths","input":"x"}""",
        ["/apply-template"] = """{"model":"parrot","messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]}""",
        ["/tokenize"] = """{"model":"parrot","content":"x"}""",
        ["/detokenize"] = """{"model":"parrot","tokens":[1]}""",
        ["/api/chat"] = """{"model":"parrot","messages":[{"role":"user","content":"x"}],"stream":false}""",
        ["/api/generate"] = """{"model":"parrot","prompt":"x","stream":false}""",
        ["/api/embed"] = """{"model":"org/lengths","input":"x"}""",
        ["/api/embeddings"] = """{"model":"org/lengths","prompt":"x"}""",
        ["/api/show"] = """{"model":"parrot"}""",
        ["/api/pull"] = """{"model":"parrot","stream":false}""",
        ["/api/delete"] = """{"model":"parrot"}""",
        ["/api/copy"] = """{"source":"parrot","destination":"fast"}""",
        ["/v1/rerank"] = """{"model":"org/lengths","query":"x","documents":[{"text":"y"}]}""",
        ["/v2/rerank"] = """{"model":"org/lengths","query":"x","documents":[{"text":"y"}]}""",
        ["/v1/messages"] = AnthropicLeast[..^1] + ",\"max_tokens\":9}",
        ["/v1/messages/count_tokens"] = AnthropicLeast,
        ["/v1/responses"] = $$"""{"model":"parrot","input":{{Items}}}""",
        ["/v1/responses/input_tokens"] = $$"""{"model":"parrot","input":{{Items}}}""",
        ["/v1/responses/compact"] = $$"""{"model":"parrot","input":{{Items}}}""",
        ["/v1/conversations"] = $$"""{"items":{{Items}}}""",
        ["/v1/conversations/{id}"] = """{"metadata":{}}""",
        ["/v1/conversations/{id}/items"] = $$"""{"items":{{Items}}}""",
    };

    /// <summary>What OpenAI documents of an item of a conversation, where models read text.</summary>
    private static string ItemFields(string list) => string.Join(' ', """
        type id status phase role content content[].type content[].text content[].annotations content[].logprobs content[].prompt_cache_breakpoint content[].refusal
        call_id name namespace arguments input output output[].type output[].text summary encrypted_content caller
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(field => $"{list}[].{field}"));

    private const string ResponseTools = """
        tools tools[].type tools[].name tools[].description tools[].parameters tools[].strict tools[].allowed_callers tools[].defer_loading tools[].output_schema
        tools[].format tools[].format.type tools[].format.syntax tools[].format.definition tools[].tools
        tool_choice tool_choice.type tool_choice.name tool_choice.mode tool_choice.tools parallel_tool_calls
        text text.format text.format.type text.format.name text.format.description text.format.schema text.format.strict text.verbosity
        reasoning reasoning.effort reasoning.summary reasoning.generate_summary reasoning.context truncation
        """;

    /// <summary>Ollama's options: the type of that name in its official client, ollama 0.6.4 on npm.</summary>
    private const string OllamaOptions = """
        options options.numa options.num_ctx options.num_batch options.num_gpu options.main_gpu options.low_vram options.f16_kv options.logits_all options.vocab_only options.use_mmap options.use_mlock
        options.embedding_only options.num_thread options.num_keep options.seed options.num_predict options.top_k options.top_p options.min_p options.tfs_z options.typical_p options.repeat_last_n
        options.temperature options.repeat_penalty options.presence_penalty options.frequency_penalty options.mirostat options.mirostat_tau options.mirostat_eta options.penalize_newline options.stop
        """;

    /// <summary>What the vendors document: the request types of their official clients, openai 6.49.0, ollama 0.6.4 and @anthropic-ai/sdk 1.14.0 on npm.</summary>
    private static readonly Dictionary<string, string> Documented = new()
    {
        ["/v1/chat/completions"] = """
            messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata modalities moderation n parallel_tool_calls prediction
            presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options
            stream_options.include_usage stream_options.include_obfuscation temperature tool_choice tools top_logprobs top_p user verbosity web_search_options
            messages[].role messages[].content messages[].name messages[].refusal messages[].tool_calls messages[].function_call messages[].audio messages[].tool_call_id
            messages[].content[].type messages[].content[].text messages[].content[].prompt_cache_breakpoint messages[].tool_calls[].custom.name messages[].tool_calls[].custom.input
            tools[].type tools[].function.name tools[].function.description tools[].function.parameters tools[].function.strict tools[].custom.name tools[].custom.description
            tools[].custom.format.type tools[].custom.format.grammar.definition tools[].custom.format.grammar.syntax
            tool_choice.type tool_choice.function.name tool_choice.custom.name tool_choice.allowed_tools.mode tool_choice.allowed_tools.tools prediction.type prediction.content
            """,
        ["/v1/completions"] = "model prompt best_of echo frequency_penalty logit_bias logprobs max_tokens n presence_penalty seed stop stream stream_options suffix temperature top_p user stream_options.include_usage stream_options.include_obfuscation",
        ["/v1/embeddings"] = "input model dimensions encoding_format user",
        ["/api/chat"] = $"""
            model messages stream format keep_alive tools think logprobs top_logprobs messages[].role messages[].content messages[].thinking messages[].images messages[].tool_calls messages[].tool_name
            messages[].tool_calls[].function.name messages[].tool_calls[].function.arguments tools[].type tools[].function.name tools[].function.description tools[].function.parameters
            {OllamaOptions}
            """,
        ["/api/generate"] = $"model prompt suffix system template context stream raw format images keep_alive think logprobs top_logprobs width height steps {OllamaOptions}",
        ["/api/embed"] = $"model input truncate keep_alive dimensions {OllamaOptions}",
        ["/api/embeddings"] = $"model prompt keep_alive {OllamaOptions}",
        ["/api/show"] = "model system template options",
        ["/api/pull"] = "model insecure stream",
        ["/api/delete"] = "model",
        ["/api/copy"] = "source destination",
        ["/v1/rerank"] = "model query documents top_n return_documents max_chunks_per_doc rank_fields",
        ["/v2/rerank"] = "model query documents top_n max_tokens_per_doc priority",
        ["/v1/messages"] = $"max_tokens container diagnostics inference_geo metadata service_tier stop_sequences stream temperature top_k top_p {AnthropicBoth}",
        ["/v1/messages/count_tokens"] = AnthropicBoth,
        ["/v1/responses"] = $"""
            background context_management conversation include input instructions max_output_tokens metadata model moderation previous_response_id prompt prompt_cache_key prompt_cache_options
            prompt_cache_retention safety_identifier service_tier store stream stream_options stream_options.include_obfuscation temperature top_logprobs top_p user {ResponseTools} {ItemFields("input")}
            """,
        ["/v1/responses/input_tokens"] = $"conversation input instructions model personality previous_response_id {ResponseTools} {ItemFields("input")}",
        ["/v1/responses/compact"] = $"model input instructions previous_response_id prompt_cache_key prompt_cache_options prompt_cache_retention service_tier {ItemFields("input")}",
        ["/v1/conversations"] = $"items metadata {ItemFields("items")}",
        ["/v1/conversations/{id}"] = "metadata",
        ["/v1/conversations/{id}/items"] = $"items include {ItemFields("items")}",
    };

    /// <summary>The field and the code that a refusal names, where each dialect has them.</summary>
    private static (string? Param, string? Code) ErrorOf(JsonNode answer)
    {
        var error = answer["error"] is JsonObject named ? named["details"] ?? named : answer;
        return ((string?)error["param"], (string?)(error["code"] ?? error["error_code"]));
    }

    private static HttpMethod MethodOf(ParameterTable table) => new(table.Endpoint.Split(' ')[0]);

    /// <summary>Where a table's requests go: an id stands for a conversation that there is.</summary>
    private static async Task<string> AddressOfAsync(RunningGateway gateway, ParameterTable table)
    {
        var path = PathOf(table);
        if (!path.Contains("{id}", StringComparison.Ordinal))
            return path;
        var (_, conversation) = await gateway.PostAsync("/v1/conversations", "{}");
        return path.Replace("{id}", (string)conversation["id"]!, StringComparison.Ordinal);
    }

    private static string PathOf(ParameterTable table) => table.Endpoint[(table.Endpoint.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    [Fact]
    public void The_documentation_shows_exactly_the_tables_that_requests_are_checked_against()
    {
        var documentation = File.ReadAllText(Path.Combine(SharedData.Root, "docs", "api.md"));
        foreach (var table in Tables)
            Assert.Contains($"### {table.Endpoint}\n\n{table.ToMarkdown()}\n", documentation, StringComparison.Ordinal);
        // and no row that no table has
        Assert.Equal(Tables.Sum(table => table.Parameters.Count), Row().Count(documentation));
    }

    [Fact]
    public void Everything_that_the_vendors_document_has_a_state()
    {
        foreach (var table in Tables)
            foreach (var name in Documented.GetValueOrDefault(PathOf(table), "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
                Assert.True(table.Find(name) is not null, $"{table.Endpoint} says nothing about {name}");
    }

    private const string Call = """{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}""";

    /// <summary>What a list or an object must hold so that only the field in question can be wrong.</summary>
    private static JsonNode FirstOf(ParameterTable table, string step) => JsonNode.Parse((PathOf(table)[..4], step) switch
    {
        ("/api", "tool_calls[]") => """{"function":{"name":"f"}}""",
        (_, "tool_calls[]") => Call,
        ("/v1/", "tools[]") when table.Endpoint.Contains("/messages", StringComparison.Ordinal) => """{"name":"f","input_schema":{}}""",
        ("/v1/", "tools[]") when table.Endpoint.Contains("/responses", StringComparison.Ordinal) => """{"type":"function","name":"f"}""",
        (_, "text") => """{"format":{"type":"json_schema","name":"x","schema":{}}}""",
        (_, "tool_choice") when table.Endpoint.Contains("/responses", StringComparison.Ordinal) => """{"type":"none yet"}""",
        _ => "{}",
    })!;

    /// <summary>A tool's result in Anthropic's form, behind what it answers.</summary>
    private const string Result = """
        [{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"x"}]}]}]
        """;

    /// <summary>Sets a field of the endpoint's least body by the table's name for it.</summary>
    private static string With(ParameterTable table, string name, JsonNode value)
    {
        var body = JsonNode.Parse(Least[PathOf(table)])!;
        if (name.StartsWith("messages[].content[].content[]", StringComparison.Ordinal))
        {
            body["messages"] = JsonNode.Parse(Result);
            body["messages"]![1]!["content"]![0]!["content"]![0]![name.Split('.')[^1]] = value;
            return body.ToJsonString();
        }
        var at = body;
        var steps = name.Split('.');
        foreach (var step in steps[..^1])
        {
            if (step.EndsWith("[]", StringComparison.Ordinal))
                at = (at[step[..^2]] ??= new JsonArray(FirstOf(table, step)))[0]!;
            else
                at = at[step] ??= FirstOf(table, step);
        }
        if (name.StartsWith("tools[].tools[]", StringComparison.Ordinal))
            body["tools"]![0]!["type"] = "namespace";
        at[steps[^1]] = value;
        if (name.StartsWith("messages[].tool_calls", StringComparison.Ordinal))
            body["messages"]![0]!["role"] = "assistant";
        if (name.StartsWith("stream_options", StringComparison.Ordinal))
            body["stream"] = true;
        return body.ToJsonString();
    }

    [Fact]
    public async Task What_is_refused_is_refused_by_its_name()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText(), stores: true);
        foreach (var table in Tables)
            foreach (var parameter in table.Parameters.Where(parameter => parameter.State == ParameterState.Refused))
            {
                var (status, answer) = await gateway.SendAsync(MethodOf(table), await AddressOfAsync(gateway, table), With(table, parameter.Name, 424242));
                Assert.True(status == HttpStatusCode.BadRequest, $"{table.Endpoint}: {parameter.Name} got {status}");
                Assert.Equal(parameter.Name.Replace("[]", "[0]", StringComparison.Ordinal), ErrorOf(answer).Param);
                Assert.Equal(parameter.Name == "thread" ? "thread_unsupported_request" : "unsupported_parameter", ErrorOf(answer).Code);
            }
        Assert.Empty(gateway.Model.Calls);
    }

    [Fact]
    public async Task What_is_inert_is_accepted_and_named_in_the_answer()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText(), stores: true);
        foreach (var table in Tables)
            foreach (var parameter in table.Parameters.Where(parameter => parameter.State == ParameterState.Inert))
            {
                using var response = await gateway.Http.PostAsync(new Uri(await AddressOfAsync(gateway, table), UriKind.Relative), RunningGateway.Json(With(table, parameter.Name, new JsonObject())), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.Equal(parameter.Name, response.Headers.GetValues("Freehold-Inert").Single());
            }
    }

    [Fact]
    public async Task What_is_honoured_is_read_a_value_of_the_wrong_kind_never_passes()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText(), stores: true);
        foreach (var table in Tables)
            foreach (var parameter in table.Parameters.Where(parameter => parameter.State == ParameterState.Honoured))
            {
                // No parameter of any endpoint may be an array that holds a boolean.
                var (status, answer) = await gateway.SendAsync(MethodOf(table), await AddressOfAsync(gateway, table), With(table, parameter.Name, new JsonArray(true)));
                Assert.True(status == HttpStatusCode.BadRequest, $"{table.Endpoint}: {parameter.Name} got {status}");
                Assert.StartsWith(parameter.Name.Split('[')[0], ErrorOf(answer).Param, StringComparison.Ordinal);
                Assert.NotEqual("unknown_parameter", ErrorOf(answer).Code);
            }
    }

    [Fact]
    public async Task Several_inert_parameters_are_named_in_one_header_and_none_in_none()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        using var several = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative),
            RunningGateway.Json("""{"model":"parrot","messages":[{"role":"user","content":"x","name":"Ada"}],"metadata":{"a":"b"},"prompt_cache_key":"k","safety_identifier":null,"store":false}"""), TestContext.Current.CancellationToken);
        Assert.Equal("metadata, prompt_cache_key, messages[].name", several.Headers.GetValues("Freehold-Inert").Single());
        using var none = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), RunningGateway.Json(Least["/v1/chat/completions"]), TestContext.Current.CancellationToken);
        Assert.False(none.Headers.Contains("Freehold-Inert"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Earlier_thinking_that_the_template_does_not_read_is_inert(bool shows)
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText { ShowsReasoning = shows });
        using var response = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative),
            RunningGateway.Json("""{"model":"parrot","messages":[{"role":"assistant","content":"x","reasoning":"y"}]}"""), TestContext.Current.CancellationToken);
        Assert.Equal(shows, !response.Headers.Contains("Freehold-Inert"));
    }

    [Fact]
    public async Task A_name_that_the_template_shows_is_not_inert()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText { ShowsNames = true });
        using var response = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative),
            RunningGateway.Json("""{"model":"parrot","messages":[{"role":"user","content":"x","name":"Ada"}]}"""), TestContext.Current.CancellationToken);
        Assert.False(response.Headers.Contains("Freehold-Inert"));
    }

    [Theory]
    [InlineData("\"tools\":[]")]
    [InlineData("\"tool_choice\":\"none\"")]
    [InlineData("\"functions\":[]")]
    [InlineData("\"function_call\":\"none\"")]
    [InlineData("\"response_format\":{\"type\":\"text\"}")]
    [InlineData("\"store\":false")]
    [InlineData("\"modalities\":[\"text\"]")]
    [InlineData("\"reasoning_effort\":\"none\"")]
    [InlineData("\"verbosity\":\"medium\"")]
    [InlineData("\"prediction\":null")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_obfuscation\":false}")]
    public async Task A_value_that_asks_for_what_happens_anyway_is_no_reason_to_refuse(string field)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative),
            RunningGateway.Json($$"""{"model":"parrot","messages":[{"role":"user","content":"x"}],{{field}}}"""), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Freehold-Inert"));
    }

    [Fact]
    public async Task Who_names_a_tier_is_told_which_one_answered()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (_, body) = await gateway.PostAsync("/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"x"}],"service_tier":"auto"}""");
        Assert.Equal("default", (string)body["service_tier"]!);
        (_, body) = await gateway.PostAsync("/v1/chat/completions", """{"model":"parrot","messages":[{"role":"user","content":"x"}],"service_tier":"flex"}""");
        Assert.Equal("flex", (string)body["service_tier"]!);
        Assert.False(gateway.Model.Calls[^2].Options.AdditionalProperties!.ContainsKey("priority"));
        Assert.Equal("batch", gateway.Model.Calls[^1].Options.AdditionalProperties!["priority"]);
    }
}
