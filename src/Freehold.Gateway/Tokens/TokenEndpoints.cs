using Freehold.Gateway.Dialects;
using Freehold.Gateway.Documentation;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Freehold.Gateway.Tokens;

/// <summary>What a model makes of texts and conversations before it computes anything, under the names of llama.cpp's server.</summary>
public static class TokenEndpoints
{
    private const string Dialect = "Prompts and tokens";

    /// <summary>The services the endpoints need.</summary>
    public static IServiceCollection AddTokens(this IServiceCollection services)
    {
        services.AddSingleton<TokenizeEndpoint>();
        services.AddSingleton<DetokenizeEndpoint>();
        services.AddSingleton<ApplyTemplateEndpoint>();
        return services;
    }

    /// <summary>Maps <c>/tokenize</c>, <c>/detokenize</c> and <c>/apply-template</c>.</summary>
    public static IEndpointRouteBuilder MapTokens(this IEndpointRouteBuilder app, IModelDirectory directory)
    {
        var services = app.ServiceProvider;
        var tokenize = services.GetRequiredService<TokenizeEndpoint>();
        app.MapPost("/tokenize", (RequestDelegate)(http => tokenize.AnswerAsync(http, directory)))
            .Describe(Dialect, "The tokens of a text", TokenParameters.Tokenize, """{"model":"CHAT","content":"a dog"}""");
        var detokenize = services.GetRequiredService<DetokenizeEndpoint>();
        app.MapPost("/detokenize", (RequestDelegate)(http => detokenize.AnswerAsync(http, directory)))
            .Describe(Dialect, "The text of tokens", TokenParameters.Detokenize, """{"model":"CHAT","tokens":[1,2]}""");
        var template = services.GetRequiredService<ApplyTemplateEndpoint>();
        app.MapPost("/apply-template", (RequestDelegate)(http => template.AnswerAsync(http, directory)))
            .Describe(Dialect, "The prompt that a model's template makes of a conversation", OpenAiParameters.ApplyTemplate, """{"model":"CHAT","messages":[{"role":"user","content":"What is the capital of France?"}]}""");
        return app;
    }

    /// <summary>Holds the model a request names, or the one that is meant without a name.</summary>
    internal static async ValueTask<(ServedModel Model, IModelText Text)> HoldAsync(HttpContext http, RequestScope scope, IModelDirectory directory, string? name)
    {
        var card = name is null && directory.Default is { } usual ? usual : ModelNames.Find(directory, name);
        var model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token);
        return (model, model.Text ?? throw RefusedException.Field("model", $"The tokens of '{model.Id}' are not known here.", ErrorCodes.UnsupportedValue));
    }
}
