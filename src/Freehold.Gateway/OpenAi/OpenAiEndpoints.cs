using Freehold.Gateway.Dialects;
using Freehold.Gateway.Documentation;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Batches;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.OpenAi.Responses;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Freehold.Gateway.OpenAi;

/// <summary>
/// OpenAI's dialect (platform.openai.com/docs/api-reference: models, chat, completions, embeddings). Every field of a request is
/// honoured, refused with 400 naming it, or inert and named in the answer (<see cref="Requests.OpenAiParameters"/>).
/// </summary>
public static class OpenAiEndpoints
{
    /// <summary>Its name in the API's document.</summary>
    internal const string Dialect = "OpenAI";

    /// <summary>The services the endpoints need.</summary>
    public static IServiceCollection AddOpenAi(this IServiceCollection services)
    {
        services.AddResponses();
        services.AddBatches();
        services.AddSingleton<IDialect, OpenAiDialect>();
        services.AddSingleton<Answering>();
        services.AddSingleton<ModelEndpoint>();
        services.AddSingleton<ChatEndpoint>();
        services.AddSingleton<CompletionEndpoint>();
        services.AddSingleton<EmbeddingEndpoint>();
        return services;
    }

    /// <summary>Maps <c>/v1/models</c>, <c>/v1/chat/completions</c>, <c>/v1/completions</c> and <c>/v1/embeddings</c>.</summary>
    public static IEndpointRouteBuilder MapOpenAi(this IEndpointRouteBuilder app, IModelDirectory directory)
    {
        var services = app.ServiceProvider;
        var models = services.GetRequiredService<ModelEndpoint>();
        app.MapGet("/v1/models", (RequestDelegate)(http => models.ListAsync(http, directory))).Describe(Dialect, "Lists the models that requests may name");
        app.MapGet("/v1/models/{**id}", (RequestDelegate)(http => models.ShowAsync(http, directory))).Describe(Dialect, "Describes one model");
        var chat = services.GetRequiredService<ChatEndpoint>();
        app.MapPost("/v1/chat/completions", (RequestDelegate)(http => chat.AnswerAsync(http, directory)))
            .Describe(Dialect, "Answers a conversation", OpenAiParameters.Chat, """{"model":"CHAT","messages":[{"role":"user","content":"What is the capital of France?"}]}""");
        var completions = services.GetRequiredService<CompletionEndpoint>();
        app.MapPost("/v1/completions", (RequestDelegate)(http => completions.AnswerAsync(http, directory)))
            .Describe(Dialect, "Continues a text", OpenAiParameters.Completions, """{"model":"CHAT","prompt":"The capital of France is"}""");
        var embeddings = services.GetRequiredService<EmbeddingEndpoint>();
        app.MapPost("/v1/embeddings", (RequestDelegate)(http => embeddings.AnswerAsync(http, directory)))
            .Describe(Dialect, "Makes vectors of texts", OpenAiParameters.Embeddings, """{"model":"EMBEDDER","input":["a dog","a puppy"]}""");
        app.MapResponses(directory);
        app.MapBatches(directory);
        return app;
    }
}
