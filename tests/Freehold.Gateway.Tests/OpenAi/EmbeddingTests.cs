using System.Net;
using System.Runtime.InteropServices;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.OpenAi;

public class EmbeddingTests
{
    [Fact]
    public async Task Vectors_come_as_numbers_in_the_order_of_the_texts()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/v1/embeddings", """{"model":"org/lengths","input":["a","abc"],"dimensions":3}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,1,0.5]},{"object":"embedding","index":1,"embedding":[3,1,0.5]}],"model":"org/lengths","usage":{"prompt_tokens":11,"total_tokens":11}}""", body.ToJsonString());
    }

    [Fact]
    public async Task Base64_is_little_endian_float32()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (_, body) = await gateway.PostAsync("/v1/embeddings", """{"model":"org/lengths","input":"abcd","encoding_format":"base64"}""");
        var bytes = Convert.FromBase64String((string)body["data"]![0]!["embedding"]!);
        Assert.Equal([4f, 1f, 0.5f], MemoryMarshal.Cast<byte, float>(bytes).ToArray());
    }

    [Fact]
    public async Task Models_are_listed_and_shown_also_where_a_name_has_a_slash()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var list = await gateway.Http.GetStringAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("""{"object":"list","data":[{"id":"parrot","object":"model","created":1700000000,"owned_by":"tests","context_length":4096,"capabilities":["chat"],"state":"loaded"},{"id":"org/lengths","object":"model","created":1700000000,"owned_by":"tests","context_length":512,"capabilities":["embeddings","rerank"],"state":"loaded"}]}""", list);
        var one = await gateway.Http.GetStringAsync(new Uri("/v1/models/org/lengths", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.StartsWith("""{"id":"org/lengths",""", one, StringComparison.Ordinal);
        using var none = await gateway.Http.GetAsync(new Uri("/v1/models/nobody", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Theory]
    [InlineData("[1,2,3]")]
    [InlineData("[[1,2],[3]]")]
    public async Task Token_ids_are_refused_with_the_setting_that_makes_LangChain_send_text(string input)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, body) = await gateway.PostAsync("/v1/embeddings", $$"""{"model":"org/lengths","input":{{input}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("input", (string)body["error"]!["param"]!);
        Assert.Contains("check_embedding_ctx_length=False", (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_models_own_number_of_dimensions_may_be_asked_for_and_no_other()
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await gateway.PostAsync("/v1/embeddings", """{"model":"org/lengths","input":"a","dimensions":3}""")).Status);
        var (status, body) = await gateway.PostAsync("/v1/embeddings", """{"model":"org/lengths","input":"a","dimensions":2}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("3 dimensions", (string)body["error"]!["message"]!, StringComparison.Ordinal);
    }
}
