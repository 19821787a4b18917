using System.Net;
using System.Text.Json.Nodes;
using Freehold.Gateway.Documentation;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Documentation;

/// <summary>The API's document says what the server does.</summary>
public class ApiReferenceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<JsonObject> DocumentAsync(RunningGateway gateway) =>
        JsonNode.Parse(await gateway.Http.GetStringAsync(new Uri(ApiReference.DocumentPath, UriKind.Relative), Cancel))!.AsObject();

    private static IEnumerable<(string Path, JsonObject Operation)> Posts(JsonObject document) =>
        document["paths"]!.AsObject().Where(path => path.Value!["post"] is not null).Select(path => (path.Key, path.Value!["post"]!.AsObject()));

    [Fact]
    public async Task Every_endpoint_is_described()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var document = await DocumentAsync(gateway);
        var described = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => $"{method.Key.ToUpperInvariant()} {path.Key}")).ToHashSet();
        var mapped = gateway.Endpoints.Select(endpoint => endpoint.Replace("{**id}", "{id}", StringComparison.Ordinal)).Where(endpoint => endpoint != "GET /" && !Undescribed.Any(known => endpoint.Contains(known, StringComparison.Ordinal))).ToHashSet();
        Assert.Empty(mapped.Except(described));
        Assert.Empty(described.Except(mapped));
    }

    /// <summary>What is not for programs, or only refuses.</summary>
    private static readonly string[] Undescribed =
        [" /health/", " /metrics", ApiReference.DocumentPath, ApiReference.PagePath, "{**path}", "/v1/files/{**rest}", "/api/create", "/api/push", "/api/blobs"];

    [Fact]
    public async Task Each_example_is_answered_and_each_field_that_is_required_is_needed()
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText(), stores: true);
        foreach (var (path, operation) in Posts(await DocumentAsync(gateway)))
        {
            if (operation["requestBody"]?["content"]!["application/json"] is not { } body || body["example"] is not JsonObject example)
                continue; // of something that was kept before
            Assert.True(await StatusAsync(gateway, path, example) == HttpStatusCode.OK, $"{path} refuses {example}");
            foreach (var field in (body["schema"]!["required"] as JsonArray ?? []).Select(name => (string)name!))
            {
                // The templates' endpoints take the only model where none is named, and Ollama takes a request without words as one to load the model.
                if (path.StartsWith("/api/", StringComparison.Ordinal) && field is "messages" or "prompt" or "input")
                    continue;
                var less = example.DeepClone().AsObject();
                less.Remove(field);
                Assert.True(await StatusAsync(gateway, path, less) == HttpStatusCode.BadRequest, $"{path} needs no {field}");
            }
        }
    }

    [Fact]
    public async Task Each_honoured_field_has_its_type()
    {
        await using var gateway = await RunningGateway.StartAsync();
        List<string> untyped = []; // FieldTypes knows none of their names
        foreach (var (path, operation) in Posts(await DocumentAsync(gateway)))
            if (operation["requestBody"]?["content"]!["application/json"]!["schema"] is { } schema)
                Check(path, schema);
        Assert.True(untyped.Count == 0, string.Join("\n", untyped));

        void Check(string path, JsonNode schema)
        {
            if ((string?)schema["x-freehold-state"] is "honoured" && schema["type"] is null)
                untyped.Add(path);
            foreach (var (name, field) in schema["properties"]?.AsObject() ?? [])
                Check($"{path} {name}", field!);
            if (schema["items"] is { } items)
                Check($"{path}[]", items);
        }
    }

    [Fact]
    public async Task The_page_may_ask_no_other_host()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var page = await gateway.Http.GetAsync(new Uri(ApiReference.PagePath + "/", UriKind.Relative), Cancel);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("default-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("://", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningGateway gateway, string path, JsonObject body)
    {
        using var response = await gateway.Http.PostAsync(new Uri(path, UriKind.Relative), RunningGateway.Json(body.ToJsonString()), Cancel);
        return response.StatusCode;
    }
}
