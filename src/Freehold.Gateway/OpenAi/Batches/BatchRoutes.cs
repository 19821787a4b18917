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
        app.MapPost("/v1/files", (RequestDelegate)files.UploadAsync);
        app.MapGet("/v1/files", (RequestDelegate)files.ListAsync);
        app.MapGet("/v1/files/{id}", (RequestDelegate)files.ShowAsync);
        app.MapDelete("/v1/files/{id}", (RequestDelegate)files.DeleteAsync);
        app.MapGet("/v1/files/{id}/content", (RequestDelegate)files.ContentAsync);
        var batches = services.GetRequiredService<BatchEndpoint>();
        app.MapPost("/v1/batches", (RequestDelegate)batches.CreateAsync);
        app.MapGet("/v1/batches", (RequestDelegate)batches.ListAsync);
        app.MapGet("/v1/batches/{id}", (RequestDelegate)batches.ShowAsync);
        app.MapPost("/v1/batches/{id}/cancel", (RequestDelegate)batches.CancelAsync);
    }
}
