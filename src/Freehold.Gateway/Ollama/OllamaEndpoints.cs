using Freehold.Gateway.Dialects;
using Freehold.Gateway.Ollama.Answers;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Freehold.Gateway.Ollama;

/// <summary>
/// Ollama's dialect (docs/api.md of ollama/ollama). Every field of a request is honoured, refused with 400 naming it, or inert and named in the answer
/// (<see cref="Requests.OllamaParameters"/>).
/// </summary>
public static class OllamaEndpoints
{
    /// <summary>The services the endpoints need.</summary>
    public static IServiceCollection AddOllama(this IServiceCollection services)
    {
        services.AddSingleton<IDialect, OllamaDialect>();
        services.AddSingleton<Answering>();
        services.AddSingleton<ChatEndpoint>();
        services.AddSingleton<EmbedEndpoint>();
        services.AddSingleton<ModelEndpoint>();
        services.AddSingleton<ManagementEndpoint>();
        return services;
    }

    /// <summary>Maps the paths below <c>/api</c>.</summary>
    public static IEndpointRouteBuilder MapOllama(this IEndpointRouteBuilder app, IModelDirectory directory)
    {
        string[] looking = [HttpMethods.Get, HttpMethods.Head];
        var services = app.ServiceProvider;
        var chat = services.GetRequiredService<ChatEndpoint>();
        app.MapPost("/api/chat", (RequestDelegate)(http => chat.ChatAsync(http, directory)));
        app.MapPost("/api/generate", (RequestDelegate)(http => chat.GenerateAsync(http, directory)));
        var embed = services.GetRequiredService<EmbedEndpoint>();
        app.MapPost("/api/embed", (RequestDelegate)(http => embed.EmbedAsync(http, directory)));
        app.MapPost("/api/embeddings", (RequestDelegate)(http => embed.EmbedOneAsync(http, directory)));
        var models = services.GetRequiredService<ModelEndpoint>();
        app.MapMethods("/api/version", looking, (RequestDelegate)models.VersionAsync);
        app.MapMethods("/api/tags", looking, (RequestDelegate)(http => models.ListAsync(http, directory)));
        app.MapMethods("/api/ps", looking, (RequestDelegate)(http => models.ListLoadedAsync(http, directory)));
        app.MapPost("/api/show", (RequestDelegate)(http => models.ShowAsync(http, directory)));
        var management = services.GetRequiredService<ManagementEndpoint>();
        foreach (var (path, methods, instead) in ManagementEndpoint.Paths)
            app.MapMethods(path, methods, (RequestDelegate)(http => management.RefuseAsync(http, instead)));
        return app;
    }
}
