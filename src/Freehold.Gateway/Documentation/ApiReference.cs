using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Freehold.Gateway.Documentation;

/// <summary>The API's document (OpenAPI 3.1) and a page to read it and try it.</summary>
public static class ApiReference
{
    /// <summary>Where the document is.</summary>
    public const string DocumentPath = "/openapi.json";

    /// <summary>Where the page is.</summary>
    public const string PagePath = "/reference";

    private const string Name = "v1";

    // Scalar's page starts itself from a script in the page; whatever it may hold, nothing leaves for another host.
    private const string Policy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'self'";

    /// <summary>The services the document needs.</summary>
    public static IServiceCollection AddApiReference(this IServiceCollection services, IModelDirectory directory) => services.AddOpenApi(Name, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = _ => false; // endpoints read JSON themselves; what is known of them stands in their tables
        options.AddDocumentTransformer(new ApiDocument(directory));
    });

    /// <summary>Maps <see cref="DocumentPath"/> and <see cref="PagePath"/>; neither asks any other host for anything.</summary>
    public static IEndpointRouteBuilder MapApiReference(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi("/openapi.json");
        app.MapScalarApiReference(PagePath, options =>
        {
            options.WithTitle("Freehold's API").WithOpenApiRoutePattern(DocumentPath)
                .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideClientButton().HideDeveloperTools(); // each would ask Scalar's hosts
        }).Finally(endpoint =>
        {
            var answer = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = http =>
            {
                http.Response.Headers.ContentSecurityPolicy = Policy;
                return answer(http);
            };
        });
        return app;
    }
}
