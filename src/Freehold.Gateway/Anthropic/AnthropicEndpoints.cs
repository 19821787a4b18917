using Freehold.Gateway.Anthropic.Answers;
using Freehold.Gateway.Anthropic.Requests;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Documentation;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Freehold.Gateway.Anthropic;

/// <summary>
/// Anthropic's dialect (platform.claude.com/docs/en/api: messages, count_tokens, models). Every field of a request is honoured, refused with 400 naming it, or inert and
/// named in the answer (<see cref="Requests.AnthropicParameters"/>).
/// </summary>
public static class AnthropicEndpoints
{
    private const string Dialect = "Anthropic";

    /// <summary>The services the endpoints need.</summary>
    public static IServiceCollection AddAnthropic(this IServiceCollection services)
    {
        services.AddSingleton<AnthropicDialect>();
        services.AddSingleton<IDialect>(provider => provider.GetRequiredService<AnthropicDialect>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, HeaderPolicy>());
        services.AddSingleton<Answering>();
        services.AddSingleton<MessagesEndpoint>();
        services.AddSingleton<ModelEndpoint>();
        return services;
    }

    /// <summary>Maps <c>/v1/messages</c>, <c>/v1/messages/count_tokens</c> and, where the header says that Anthropic's dialect is spoken, <c>/v1/models</c>.</summary>
    public static IEndpointRouteBuilder MapAnthropic(this IEndpointRouteBuilder app, IModelDirectory directory)
    {
        var services = app.ServiceProvider;
        var messages = services.GetRequiredService<MessagesEndpoint>();
        app.MapPost("/v1/messages", (RequestDelegate)(http => messages.AnswerAsync(http, directory)))
            .Describe(Dialect, "Answers a conversation", AnthropicParameters.Messages, """{"model":"CHAT","max_tokens":100,"messages":[{"role":"user","content":"What is the capital of France?"}]}""");
        app.MapPost("/v1/messages/count_tokens", (RequestDelegate)(http => messages.CountAsync(http, directory)))
            .Describe(Dialect, "Counts the tokens of a conversation", AnthropicParameters.CountTokens, """{"model":"CHAT","messages":[{"role":"user","content":"What is the capital of France?"}]}""");
        var models = services.GetRequiredService<ModelEndpoint>();
        var spoken = new RequiredHeader(AnthropicDialect.VersionHeader);
        app.MapGet("/v1/models", (RequestDelegate)(http => models.ListAsync(http, directory))).WithMetadata(spoken).WithOrder(-1).Describe(Dialect, "Models");
        app.MapGet("/v1/models/{**id}", (RequestDelegate)(http => models.ShowAsync(http, directory))).WithMetadata(spoken).WithOrder(-1).Describe(Dialect, "Models");
        // The path is OpenAI's and Anthropic's; the files of one are no files of the other.
        app.Map("/v1/files/{**rest}", (RequestDelegate)(http => models.RefuseFilesAsync(http))).WithMetadata(spoken).WithOrder(-1).ExcludeFromDescription();
        return app;
    }
}
