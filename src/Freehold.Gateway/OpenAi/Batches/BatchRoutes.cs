using Freehold.Gateway.Documentation;
using Freehold.Gateway.OpenAi.Files;
using Freehold.Gateway.OpenAi.Responses;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Freehold.Gateway.OpenAi.Batches;

/// <summary>OpenAI's files and batches (platform.openai.com/docs/api-reference: files, batches).</summary>
internal static class BatchRoutes
{
    public static IServiceCollection AddBatches(this IServiceCollection services)
    {
        services.AddSingleton<FileStore>();
        services.AddSingleton<FileEndpoint>();
        services.AddSingleton<BatchStore>();
        services.AddSingleton<BatchFiles>();
        services.AddSingleton<InnerRequests>();
        services.AddSingleton<BatchRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<BatchRunner>());
        services.AddHostedService<StateUpkeep>();
        services.AddSingleton<BatchEndpoint>();
        return services;
    }

    public static void MapBatches(this IEndpointRouteBuilder app, IModelDirectory directory)
    {
        var services = app.ServiceProvider;
        var inner = services.GetRequiredService<InnerRequests>();
        var (chat, completions, embeddings, responses) = (services.GetRequiredService<ChatEndpoint>(), services.GetRequiredService<CompletionEndpoint>(), services.GetRequiredService<EmbeddingEndpoint>(), services.GetRequiredService<ResponsesEndpoint>());
        inner.Add("/v1/chat/completions", http => chat.AnswerAsync(http, directory));
        inner.Add("/v1/completions", http => completions.AnswerAsync(http, directory));
        inner.Add("/v1/embeddings", http => embeddings.AnswerAsync(http, directory));
        inner.Add("/v1/responses", http => responses.AnswerAsync(http, directory));
        var files = services.GetRequiredService<FileEndpoint>();
        app.MapPost("/v1/files", (RequestDelegate)files.UploadAsync).Describe(OpenAiEndpoints.Dialect, "Keeps a file");
        app.MapGet("/v1/files", (RequestDelegate)files.ListAsync).Describe(OpenAiEndpoints.Dialect, "Lists files");
        app.MapGet("/v1/files/{id}", (RequestDelegate)files.ShowAsync).Describe(OpenAiEndpoints.Dialect, "Describes a file");
        app.MapDelete("/v1/files/{id}", (RequestDelegate)files.DeleteAsync).Describe(OpenAiEndpoints.Dialect, "Deletes a file");
        app.MapGet("/v1/files/{id}/content", (RequestDelegate)files.ContentAsync).Describe(OpenAiEndpoints.Dialect, "A file's bytes");
        var batches = services.GetRequiredService<BatchEndpoint>();
        app.MapPost("/v1/batches", (RequestDelegate)batches.CreateAsync).Describe(OpenAiEndpoints.Dialect, "Answers a file of requests, with nobody waiting", BatchParameters.Create);
        app.MapGet("/v1/batches", (RequestDelegate)batches.ListAsync).Describe(OpenAiEndpoints.Dialect, "Lists batches");
        app.MapGet("/v1/batches/{id}", (RequestDelegate)batches.ShowAsync).Describe(OpenAiEndpoints.Dialect, "A batch, and how far it is");
        app.MapPost("/v1/batches/{id}/cancel", (RequestDelegate)batches.CancelAsync).Describe(OpenAiEndpoints.Dialect, "Ends a batch; what was answered stays");
    }
}
