using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Anthropic;

public class ModelTests
{
    private static async Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(RunningGateway gateway, string path, bool spoken = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (spoken)
            request.Headers.Add("anthropic-version", "2023-06-01");
        using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    [Fact]
    public async Task The_header_decides_whose_list_of_models_it_is()
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.Equal("list", (string)(await GetAsync(gateway, "/v1/models", spoken: false)).Body["object"]!);
        Assert.Equal("model", (string)(await GetAsync(gateway, "/v1/models/org/lengths", spoken: false)).Body["object"]!);
        var (_, body) = await GetAsync(gateway, "/v1/models");
        Assert.Equal(["parrot", "org/lengths"], body["data"]!.AsArray().Select(model => (string)model!["id"]!));
        Assert.Equal((false, "parrot", "org/lengths"), ((bool)body["has_more"]!, (string)body["first_id"]!, (string)body["last_id"]!));
        Assert.Equal("""{"type":"model","id":"parrot","display_name":"parrot","created_at":"2023-11-14T22:13:20Z","lifecycle":"active","max_input_tokens":4096,"max_tokens":4096}""",
            (await GetAsync(gateway, "/v1/models/parrot")).Body.ToJsonString());
        Assert.Equal("org/lengths", (string)(await GetAsync(gateway, "/v1/models/org/lengths")).Body["id"]!);
    }

    [Theory]
    [InlineData("limit=1", "parrot", true)]
    [InlineData("limit=1&after_id=parrot", "org/lengths", false)]
    [InlineData("limit=1&before_id=org/lengths", "parrot", false)]
    [InlineData("after_id=org/lengths", "", false)]
    [InlineData("before_id=parrot", "", false)]
    public async Task The_list_is_given_in_pages(string query, string ids, bool more)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (_, body) = await GetAsync(gateway, "/v1/models?" + query);
        Assert.Equal(ids, string.Join(' ', body["data"]!.AsArray().Select(model => (string)model!["id"]!)));
        Assert.Equal(more, (bool)body["has_more"]!);
    }

    [Theory]
    [InlineData("/v1/models/nobody", HttpStatusCode.NotFound, "not_found_error")]
    [InlineData("/v1/models?limit=0", HttpStatusCode.BadRequest, "invalid_request_error")]
    [InlineData("/v1/models?after_id=nobody", HttpStatusCode.BadRequest, "invalid_request_error")]
    [InlineData("/v1/nothing", HttpStatusCode.NotFound, "not_found_error")]
    public async Task Errors_have_the_shape_of_Anthropic_for_who_speaks_it(string path, HttpStatusCode status, string type)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (got, body) = await GetAsync(gateway, path);
        Assert.Equal((status, type), (got, (string)body["error"]!["type"]!));
    }
}
