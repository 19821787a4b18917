using Freehold.Gateway.Dialects;
using Freehold.Gateway.Documentation;
using Freehold.Gateway.Ollama.Answers;
using Freehold.Gateway.Ollama.Requests;
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
    private const string Dialect = "Ollama";

    /// <summary>The services the endpoints need.</summary>
    public static IServiceCollection AddOllama(this IServiceCollection services)
    {
        services.AddSingleton<IDialect, OllamaDialect>();
        services.AddSingleton<Answering>();
        services.AddSingleton<ChatEndpoint>();
        services.AddSingleton<EmbedEndpoint>();
        services.AddSingleton<ModelEndpoint>();
        services.AddSingleton<ManagementEndpoint>();
        services.AddSingleton<LibraryEndpoint>();
        return services;
    }

    /// <summary>Maps the paths below <c>/api</c>.</summary>
    public static IEndpointRouteBuilder MapOllama(this IEndpointRouteBuilder app, IModelDirectory directory)
    {
        string[] looking = [HttpMethods.Get, HttpMethods.Head];
        var services = app.ServiceProvider;
        var chat = services.GetRequiredService<ChatEndpoint>();
        app.MapPost("/api/chat", (RequestDelegate)(http => chat.ChatAsync(http, directory)))
            .Describe(Dialect, "Answers a conversation", OllamaParameters.Chat, """{"model":"CHAT","messages":[{"role":"user","content":"What is the capital of France?"}]}""");
        app.MapPost("/api/generate", (RequestDelegate)(http => chat.GenerateAsync(http, directory)))
            .Describe(Dialect, "Answers a prompt", OllamaParameters.Generate, """{"model":"CHAT","prompt":"What is the capital of France?"}""");
        var embed = services.GetRequiredService<EmbedEndpoint>();
        app.MapPost("/api/embed", (RequestDelegate)(http => embed.EmbedAsync(http, directory)))
            .Describe(Dialect, "Makes vectors of texts", OllamaParameters.Embed, """{"model":"EMBEDDER","input":["a dog","a puppy"]}""");
        app.MapPost("/api/embeddings", (RequestDelegate)(http => embed.EmbedOneAsync(http, directory)))
            .Describe(Dialect, "Makes the vector of one text, in the older form", OllamaParameters.Embeddings, """{"model":"EMBEDDER","prompt":"a dog"}""");
        var models = services.GetRequiredService<ModelEndpoint>();
        app.MapMethods("/api/version", looking, (RequestDelegate)models.VersionAsync).Describe(Dialect, "The level of Ollama's API, and Freehold's version");
        app.MapMethods("/api/tags", looking, (RequestDelegate)(http => models.ListAsync(http, directory))).Describe(Dialect, "Lists the models that requests may name");
        app.MapMethods("/api/ps", looking, (RequestDelegate)models.ListLoadedAsync).Describe(Dialect, "Lists the models that are loaded");
        app.MapPost("/api/show", (RequestDelegate)(http => models.ShowAsync(http, directory))).Describe(Dialect, "Describes one model", OllamaParameters.Show, """{"model":"CHAT"}""");
        var library = services.GetRequiredService<LibraryEndpoint>();
        app.MapPost("/api/pull", (RequestDelegate)library.PullAsync).Describe(Dialect, "Fetches a model", OllamaParameters.Pull, """{"model":"hf.co/HuggingFaceTB/SmolLM2-360M-Instruct-GGUF:Q8_0"}""");
        app.MapDelete("/api/delete", (RequestDelegate)library.DeleteAsync).Describe(Dialect, "Removes a model of the store, or a name that was given", OllamaParameters.Delete, """{"model":"CHAT"}""");
        app.MapPost("/api/copy", (RequestDelegate)library.CopyAsync).Describe(Dialect, "Gives a model one more name", OllamaParameters.Copy, """{"source":"CHAT","destination":"fast"}""");
        var management = services.GetRequiredService<ManagementEndpoint>();
        foreach (var (path, methods, instead) in ManagementEndpoint.Paths)
            app.MapMethods(path, methods, (RequestDelegate)(http => management.RefuseAsync(http, instead)));
        return app;
    }
}
