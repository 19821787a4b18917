using System.Net;
using System.Text;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.OpenAi;

public class RefusalTests
{
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";

    [Theory]
    [InlineData("temperature", "\"temperature\":2.5")]
    [InlineData("temperature", "\"temperature\":\"hot\"")]
    [InlineData("temperature", "\"temperature\":1e999")]
    [InlineData("top_p", "\"top_p\":-0.1")]
    [InlineData("top_k", "\"top_k\":-1")]
    [InlineData("top_k", "\"top_k\":1.5")]
    [InlineData("min_p", "\"min_p\":2")]
    [InlineData("typical_p", "\"typical_p\":-1")]
    [InlineData("repetition_penalty", "\"repetition_penalty\":0")]
    [InlineData("presence_penalty", "\"presence_penalty\":3")]
    [InlineData("frequency_penalty", "\"frequency_penalty\":-3")]
    [InlineData("max_tokens", "\"max_tokens\":0")]
    [InlineData("max_tokens", "\"max_tokens\":99999999999")]
    [InlineData("max_tokens", "\"max_tokens\":5,\"max_completion_tokens\":6")]
    [InlineData("n", "\"n\":0")]
    [InlineData("n", "\"n\":1000")]
    [InlineData("seed", "\"seed\":0.5")]
    [InlineData("stop", "\"stop\":\"\"")]
    [InlineData("stop", "\"stop\":{}")]
    [InlineData("stop[1]", "\"stop\":[\"a\",1]")]
    [InlineData("logit_bias", "\"logit_bias\":{\"a\":1}")]
    [InlineData("logit_bias", "\"logit_bias\":{\"1\":101}")]
    [InlineData("logit_bias", "\"logit_bias\":[1]")]
    [InlineData("logprobs", "\"logprobs\":5")]
    [InlineData("top_logprobs", "\"top_logprobs\":2")]
    [InlineData("top_logprobs", "\"logprobs\":true,\"top_logprobs\":21")]
    [InlineData("stream", "\"stream\":\"yes\"")]
    [InlineData("stream_options", "\"stream_options\":{\"include_usage\":true}")]
    [InlineData("stream_options.verbose", "\"stream\":true,\"stream_options\":{\"verbose\":true}")]
    [InlineData("user", "\"user\":7")]
    [InlineData("tools[0].function", "\"tools\":[{\"type\":\"function\"}]")]
    [InlineData("tools[0].function.name", "\"tools\":[{\"type\":\"function\",\"function\":{}}]")]
    [InlineData("tools[0].type", "\"tools\":[{\"type\":\"web_search\"}]")]
    [InlineData("tools[0].function.parameters", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":[]}}]")]
    [InlineData("tools[0].function.parameters", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"title\":\"\\ud800\"}}}]")]
    [InlineData("tool_choice", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":\"always\"")]
    [InlineData("tool_choice", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}")]
    [InlineData("tool_choice.allowed_tools", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":{\"type\":\"allowed_tools\"}")]
    [InlineData("tool_choice", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"g\"}}]}}")]
    [InlineData("tools[0].custom.format.grammar.syntax", "\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\",\"format\":{\"type\":\"grammar\",\"grammar\":{\"syntax\":\"lark\",\"definition\":\"start: A\"}}}}]")]
    [InlineData("tools[0].custom", "\"tools\":[{\"type\":\"custom\"}]")]
    [InlineData("tools[0].function", "\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\"},\"function\":{\"name\":\"f\"}}]")]
    [InlineData("tool_choice", "\"tool_choice\":\"auto\"")]
    [InlineData("functions", "\"functions\":[{}]")]
    [InlineData("function_call", "\"function_call\":{\"name\":\"f\"}")]
    [InlineData("response_format.type", "\"response_format\":{\"type\":\"xml\"}")]
    [InlineData("response_format.schema", "\"response_format\":{\"type\":\"json_object\",\"schema\":{}}")]
    [InlineData("response_format.json_schema", "\"response_format\":{\"type\":\"json_schema\"}")]
    [InlineData("response_format.json_schema", "\"response_format\":{\"type\":\"text\",\"json_schema\":{\"name\":\"x\",\"schema\":{}}}")]
    [InlineData("response_format.json_schema.schema", "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\"}}")]
    [InlineData("store", "\"store\":true")]
    [InlineData("service_tier", "\"service_tier\":\"priority\"")]
    [InlineData("modalities", "\"modalities\":[\"text\",\"audio\"]")]
    [InlineData("audio", "\"audio\":{}")]
    [InlineData("prediction.type", "\"prediction\":{\"type\":\"file\",\"content\":\"x\"}")]
    [InlineData("reasoning_effort", "\"reasoning_effort\":\"much\"")]
    [InlineData("parallel_tool_calls", "\"parallel_tool_calls\":true")]
    [InlineData("guided_json", "\"guided_json\":{}")]
    public async Task A_chat_parameter_that_cannot_be_honoured_is_refused_by_name(string param, string fields)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/v1/chat/completions", $"{{\"model\":\"parrot\",{Messages},{fields}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, (string)body["error"]!["param"]!);
        Assert.Equal("invalid_request_error", (string)body["error"]!["type"]!);
        Assert.Contains($"'{param.Split('[')[0]}", (string)body["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Empty(gateway.Model.Calls);
    }

    [Theory]
    [InlineData("messages", "[]")]
    [InlineData("messages", "\"x\"")]
    [InlineData("messages[0]", "[1]")]
    [InlineData("messages[0].role", "[{\"content\":\"x\"}]")]
    [InlineData("messages[0].role", "[{\"role\":\"king\",\"content\":\"x\"}]")]
    [InlineData("messages[0].role", "[{\"role\":\"function\",\"content\":\"x\"}]")]
    [InlineData("messages[0].tool_call_id", "[{\"role\":\"tool\",\"content\":\"x\"}]")]
    [InlineData("messages[0].tool_call_id", "[{\"role\":\"user\",\"content\":\"x\",\"tool_call_id\":\"1\"}]")]
    [InlineData("messages[0].reasoning_content", "[{\"role\":\"user\",\"content\":\"x\",\"reasoning\":\"y\"}]")]
    [InlineData("messages[0].tool_calls", "[{\"role\":\"user\",\"content\":\"x\",\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}]")]
    [InlineData("messages[0].tool_calls[0].function.arguments", "[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\\\"\\\\ud800\\\"}\"}}]}]")]
    [InlineData("messages[0].tool_calls[0].function.arguments", "[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\"}}]}]")]
    [InlineData("messages[0].content", "[{\"role\":\"user\"}]")]
    [InlineData("messages[0].content", "[{\"role\":\"user\",\"content\":null}]")]
    [InlineData("messages[0].content", "[{\"role\":\"user\",\"content\":5}]")]
    [InlineData("messages[0].content", "[{\"role\":\"user\",\"content\":[]}]")]
    [InlineData("messages[0].content", "[{\"role\":\"user\",\"content\":\"\\ud800\"}]")]
    [InlineData("messages[0].content[0].type", "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://x\"}}]}]")]
    [InlineData("messages[0].content[0].text", "[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]")]
    [InlineData("messages[1].tool_calls[0].function", "[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"y\",\"tool_calls\":[{}]}]")]
    [InlineData("messages[0].mood", "[{\"role\":\"user\",\"content\":\"x\",\"mood\":\"good\"}]")]
    public async Task A_message_that_cannot_be_honoured_is_refused_by_its_path(string param, string messages)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/v1/chat/completions", $"{{\"model\":\"parrot\",\"messages\":{messages}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, (string)body["error"]!["param"]!);
        Assert.Empty(gateway.Model.Calls);
    }

    [Theory]
    [InlineData("prompt", "\"max_tokens\":5")]
    [InlineData("prompt", "\"prompt\":[]")]
    [InlineData("prompt", "\"prompt\":7")]
    [InlineData("prompt[1]", "\"prompt\":[1,-1]")]
    [InlineData("prompt[0]", "\"prompt\":[[]]")]
    [InlineData("prompt[1]", "\"prompt\":[\"a\",1]")]
    [InlineData("echo", "\"prompt\":[1,2],\"echo\":true")]
    [InlineData("suffix", "\"prompt\":\"a\",\"suffix\":\"b\"")]
    [InlineData("best_of", "\"prompt\":\"a\",\"n\":3,\"best_of\":2")]
    [InlineData("best_of", "\"prompt\":\"a\",\"best_of\":17")]
    [InlineData("best_of", "\"prompt\":\"a\",\"best_of\":2,\"stream\":true")]
    [InlineData("best_of", "\"prompt\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"],\"best_of\":16")]
    [InlineData("n", "\"prompt\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"],\"n\":16")]
    [InlineData("logprobs", "\"prompt\":\"a\",\"logprobs\":21")]
    [InlineData("messages", "\"prompt\":\"a\",\"messages\":[]")]
    public async Task A_completion_parameter_that_cannot_be_honoured_is_refused_by_name(string param, string fields)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/v1/completions", $"{{\"model\":\"parrot\",{fields}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, (string)body["error"]!["param"]!);
        Assert.Empty(gateway.Model.Calls);
    }

    [Theory]
    [InlineData("input", "\"input\":[]")]
    [InlineData("input", "\"input\":\"\"")]
    [InlineData("input", "\"input\":[1,2]")]
    [InlineData("input[1]", "\"input\":[\"a\",\"\"]")]
    [InlineData("input", "\"user\":\"u\"")]
    [InlineData("encoding_format", "\"input\":\"a\",\"encoding_format\":\"hex\"")]
    [InlineData("dimensions", "\"input\":\"a\",\"dimensions\":2")]
    [InlineData("temperature", "\"input\":\"a\",\"temperature\":1")]
    public async Task An_embedding_parameter_that_cannot_be_honoured_is_refused_by_name(string param, string fields)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/v1/embeddings", $"{{\"model\":\"org/lengths\",{fields}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, (string)body["error"]!["param"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\":\"parrot\",\"model\":\"other\"}")]
    [InlineData("{\"model\":\"parrot\"} x")]
    public async Task A_body_that_is_no_JSON_object_is_refused(string body)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, answer) = await gateway.PostAsync("/v1/chat/completions", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotEmpty((string)answer["error"]!["message"]!);
    }

    [Fact]
    public async Task Random_bytes_in_a_body_never_cause_a_server_error()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var valid = Encoding.UTF8.GetBytes($"{{\"model\":\"parrot\",{Messages},\"stop\":[\"a\"],\"logit_bias\":{{\"1\":2}}}}");
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var bytes = (byte[])valid.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using var response = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), new ByteArrayContent(bytes), TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode < 500, $"{response.StatusCode} for {Convert.ToHexString(bytes)}");
        }
    }

    [Fact]
    public async Task The_type_of_the_content_does_not_matter()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative),
            new StringContent($"{{\"model\":\"parrot\",{Messages}}}", Encoding.UTF8, "text/plain"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_compressed_body_is_refused_with_415()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var content = RunningGateway.Json("{}");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await gateway.Http.PostAsync(new Uri("/v1/embeddings", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_with_413()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { MaxRequestBytes = 1000 });
        var (status, body) = await gateway.PostAsync("/v1/chat/completions", $"{{\"model\":\"parrot\",\"user\":\"{new string('u', 2000)}\",{Messages}}}");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("request_too_large", (string)body["error"]!["code"]!);
        Assert.Contains("1000", (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"model\":\"gpt-4\",", HttpStatusCode.NotFound, "model_not_found")]
    [InlineData("{\"model\":\"\",", HttpStatusCode.BadRequest, "missing_required_parameter")]
    [InlineData("{", HttpStatusCode.BadRequest, "missing_required_parameter")]
    [InlineData("{\"model\":\"org/lengths\",", HttpStatusCode.BadRequest, "unsupported_value")]
    public async Task A_model_that_cannot_answer_is_refused_with_the_names_of_those_that_are_served(string start, HttpStatusCode expected, string code)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/v1/chat/completions", start + Messages + "}");
        Assert.Equal(expected, status);
        Assert.Equal(code, (string)body["error"]!["code"]!);
        Assert.Equal("model", (string)body["error"]!["param"]!);
        if (code != "unsupported_value")
            Assert.Contains("'parrot', 'org/lengths'", (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }
}
