using Freehold.Gateway.Documentation;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Freehold.Gateway.Reranking;

/// <summary>Documents ranked by how well they match a query, in the forms of Jina and of Cohere. Refusals have OpenAI's form.</summary>
public static class RerankEndpoints
{
    private const string Dialect = "Rerank";
    private const string Least = """{"model":"EMBEDDER","query":"What is the capital of France?","documents":[{"text":"Paris is the capital of France."}]}""";

    /// <summary>The services the endpoints need.</summary>
    public static IServiceCollection AddReranking(this IServiceCollection services) => services.AddSingleton<RerankEndpoint>();

    /// <summary>Maps <c>/v1/rerank</c>, <c>/rerank</c> and <c>/v2/rerank</c>.</summary>
    public static IEndpointRouteBuilder MapReranking(this IEndpointRouteBuilder app, IModelDirectory directory)
    {
        var rerank = app.ServiceProvider.GetRequiredService<RerankEndpoint>();
        foreach (var path in (ReadOnlySpan<string>)["/v1/rerank", "/rerank"])
            app.MapPost(path, (RequestDelegate)(http => rerank.AnswerJinaAsync(http, directory)))
                .Describe(Dialect, "Documents by their relevance to a query, in Jina's form", RerankParameters.Jina, Least);
        app.MapPost("/v2/rerank", (RequestDelegate)(http => rerank.AnswerCohereAsync(http, directory)))
            .Describe(Dialect, "Documents by their relevance to a query, in Cohere's form", RerankParameters.Cohere, Least);
        return app;
    }
}
