using Freehold.Gateway.Dialects;
using Freehold.Gateway.OpenAi.Conversations;
using Freehold.Gateway.OpenAi.Responses.Answers;
using Freehold.Gateway.Sealing;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>OpenAI's responses and conversations (platform.openai.com/docs/api-reference: responses, conversations).</summary>
internal static class ResponsesRoutes
{
    public static IServiceCollection AddResponses(this IServiceCollection services)
    {
        services.AddSingleton<IDialect, ResponsesDialect>();
        services.AddSingleton<SealKey>();
        services.AddSingleton<Sealer>();
        services.AddSingleton<ResponseStore>();
        services.AddSingleton<ConversationStore>();
        services.AddSingleton<StoredContext>();
        services.AddSingleton<ResponseKeeping>();
        services.AddSingleton<ResponseAnswering>();
        services.AddSingleton<ConversationLocks>();
        services.AddSingleton<BackgroundResponses>();
        services.AddHostedService(provider => provider.GetRequiredService<BackgroundResponses>());
        services.AddSingleton<ResponsesEndpoint>();
        services.AddSingleton<RetrieveEndpoint>();
        services.AddSingleton<InputTokensEndpoint>();
        services.AddSingleton<CompactEndpoint>();
        services.AddSingleton<ConversationEndpoint>();
        return services;
    }

    public static void MapResponses(this IEndpointRouteBuilder app, IModelDirectory directory)
    {
        var services = app.ServiceProvider;
        var create = services.GetRequiredService<ResponsesEndpoint>();
        app.MapPost("/v1/responses", (RequestDelegate)(http => create.AnswerAsync(http, directory)));
        var tokens = services.GetRequiredService<InputTokensEndpoint>();
        app.MapPost("/v1/responses/input_tokens", (RequestDelegate)(http => tokens.AnswerAsync(http, directory)));
        var compact = services.GetRequiredService<CompactEndpoint>();
        app.MapPost("/v1/responses/compact", (RequestDelegate)(http => compact.AnswerAsync(http, directory)));
        var stored = services.GetRequiredService<RetrieveEndpoint>();
        app.MapGet("/v1/responses/{id}", (RequestDelegate)stored.ShowAsync);
        app.MapDelete("/v1/responses/{id}", (RequestDelegate)stored.DeleteAsync);
        app.MapPost("/v1/responses/{id}/cancel", (RequestDelegate)stored.CancelAsync);
        app.MapGet("/v1/responses/{id}/input_items", (RequestDelegate)stored.InputAsync);
        var conversations = services.GetRequiredService<ConversationEndpoint>();
        app.MapPost("/v1/conversations", (RequestDelegate)conversations.CreateAsync);
        app.MapGet("/v1/conversations/{id}", (RequestDelegate)conversations.ShowAsync);
        app.MapPost("/v1/conversations/{id}", (RequestDelegate)conversations.UpdateAsync);
        app.MapDelete("/v1/conversations/{id}", (RequestDelegate)conversations.DeleteAsync);
        app.MapPost("/v1/conversations/{id}/items", (RequestDelegate)conversations.AddItemsAsync);
        app.MapGet("/v1/conversations/{id}/items", (RequestDelegate)conversations.ListItemsAsync);
        app.MapGet("/v1/conversations/{id}/items/{item}", (RequestDelegate)conversations.ShowItemAsync);
        app.MapDelete("/v1/conversations/{id}/items/{item}", (RequestDelegate)conversations.DeleteItemAsync);
    }
}
