using Freehold.Gateway.Dialects;
using Freehold.Gateway.Documentation;
using Freehold.Gateway.OpenAi.Conversations;
using Freehold.Gateway.OpenAi.Responses.Answers;
using Freehold.Gateway.OpenAi.Responses.Requests;
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
        app.MapPost("/v1/responses", (RequestDelegate)(http => create.AnswerAsync(http, directory)))
            .Describe(OpenAiEndpoints.Dialect, "Answers, and may keep the answer", ResponseParameters.Create, """{"model":"CHAT","input":"What is the capital of France?"}""");
        var tokens = services.GetRequiredService<InputTokensEndpoint>();
        app.MapPost("/v1/responses/input_tokens", (RequestDelegate)(http => tokens.AnswerAsync(http, directory)))
            .Describe(OpenAiEndpoints.Dialect, "Counts the tokens of an input", ResponseParameters.InputTokens, """{"model":"CHAT","input":"What is the capital of France?"}""");
        var compact = services.GetRequiredService<CompactEndpoint>();
        app.MapPost("/v1/responses/compact", (RequestDelegate)(http => compact.AnswerAsync(http, directory)))
            .Describe(OpenAiEndpoints.Dialect, "Makes a long conversation shorter", ResponseParameters.Compact, """{"model":"CHAT","input":"What is the capital of France?"}""");
        var stored = services.GetRequiredService<RetrieveEndpoint>();
        app.MapGet("/v1/responses/{id}", (RequestDelegate)stored.ShowAsync).Describe(OpenAiEndpoints.Dialect, "A response that was kept");
        app.MapDelete("/v1/responses/{id}", (RequestDelegate)stored.DeleteAsync).Describe(OpenAiEndpoints.Dialect, "Deletes a response");
        app.MapPost("/v1/responses/{id}/cancel", (RequestDelegate)stored.CancelAsync).Describe(OpenAiEndpoints.Dialect, "Ends a response that runs in the background");
        app.MapGet("/v1/responses/{id}/input_items", (RequestDelegate)stored.InputAsync).Describe(OpenAiEndpoints.Dialect, "What a response was given");
        var conversations = services.GetRequiredService<ConversationEndpoint>();
        app.MapPost("/v1/conversations", (RequestDelegate)conversations.CreateAsync).Describe(OpenAiEndpoints.Dialect, "Begins a conversation that is kept", ResponseParameters.ConversationCreate, """{}""");
        app.MapGet("/v1/conversations/{id}", (RequestDelegate)conversations.ShowAsync).Describe(OpenAiEndpoints.Dialect, "A conversation");
        app.MapPost("/v1/conversations/{id}", (RequestDelegate)conversations.UpdateAsync).Describe(OpenAiEndpoints.Dialect, "Changes a conversation's metadata", ResponseParameters.ConversationUpdate);
        app.MapDelete("/v1/conversations/{id}", (RequestDelegate)conversations.DeleteAsync).Describe(OpenAiEndpoints.Dialect, "Deletes a conversation");
        app.MapPost("/v1/conversations/{id}/items", (RequestDelegate)conversations.AddItemsAsync).Describe(OpenAiEndpoints.Dialect, "Adds items to a conversation", ResponseParameters.ConversationItems);
        app.MapGet("/v1/conversations/{id}/items", (RequestDelegate)conversations.ListItemsAsync).Describe(OpenAiEndpoints.Dialect, "Lists a conversation's items");
        app.MapGet("/v1/conversations/{id}/items/{item}", (RequestDelegate)conversations.ShowItemAsync).Describe(OpenAiEndpoints.Dialect, "One item of a conversation");
        app.MapDelete("/v1/conversations/{id}/items/{item}", (RequestDelegate)conversations.DeleteItemAsync).Describe(OpenAiEndpoints.Dialect, "Deletes an item of a conversation");
    }
}
