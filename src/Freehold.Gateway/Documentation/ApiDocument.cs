using System.Text.Json.Nodes;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Freehold.Gateway.Documentation;

/// <summary>
/// Writes the API's document from the endpoints as they are mapped and the very tables that requests are checked against, so that it cannot say what is not so.
/// </summary>
internal sealed class ApiDocument(IModelDirectory directory) : IOpenApiDocumentTransformer
{
    /// <summary>The security scheme's name.</summary>
    private const string Key = "key";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Freehold",
            Version = Release.Version,
            Description = "Language models on this machine, behind the APIs of OpenAI, Anthropic and Ollama. Each parameter is *honoured*, *refused* (400 naming it) or *inert* (named in the header `Freehold-Inert`); refused ones are marked as deprecated.",
        };
        document.Paths = [];
        document.Tags = new HashSet<OpenApiTag>();
        (document.Components ??= new OpenApiComponents()).SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Key] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The key of FREEHOLD_API_KEY or --api-key-file; a server that has none asks for none." },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, document)] = [] }];
        foreach (var endpoint in context.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
            if (endpoint.Metadata.GetMetadata<Operation>() is { } operation)
                foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
                    if (method != "HEAD")
                        Add(document, endpoint.RoutePattern, new HttpMethod(method), operation);
        return Task.CompletedTask;
    }

    private void Add(OpenApiDocument document, Microsoft.AspNetCore.Routing.Patterns.RoutePattern route, HttpMethod method, Operation described)
    {
        var path = "/" + string.Join('/', route.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Text))));
        document.Tags!.Add(new OpenApiTag { Name = described.Dialect });
        if (!document.Paths.TryGetValue(path, out var item))
            document.Paths[path] = item = new OpenApiPathItem();
        var operations = ((OpenApiPathItem)item).Operations ??= [];
        if (operations.TryGetValue(method, out var shared))
        {
            // Two dialects share the path: the header anthropic-version says whose form is meant.
            shared.Description = $"With the header `anthropic-version` in Anthropic's form, without it in OpenAI's.";
            shared.Tags!.Add(new OpenApiTagReference(described.Dialect, document));
            return;
        }
        var least = described.Least is null ? null : JsonNode.Parse(Named(described.Least));
        operations[method] = new OpenApiOperation
        {
            OperationId = $"{method.Method.ToLowerInvariant()}{path.Replace('/', '_').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)}",
            Summary = described.Summary,
            Tags = new HashSet<OpenApiTagReference> { new(described.Dialect, document) },
            Parameters = [.. route.Parameters.Select(parameter => (IOpenApiParameter)new OpenApiParameter { Name = parameter.Name, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String } })],
            RequestBody = described.Table is null ? null : new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new OpenApiMediaType { Schema = ParameterSchema.Of(described.Table, (least as JsonObject)?.Select(field => field.Key) ?? []), Example = least },
                },
            },
            Responses = new OpenApiResponses
            {
                ["200"] = new OpenApiResponse { Description = "The answer" },
                ["4XX"] = new OpenApiResponse { Description = "A refusal in the dialect's own shape, with a code, the parameter at fault and what to do" },
            },
        };
    }

    private static string Text(Microsoft.AspNetCore.Routing.Patterns.RoutePatternPart part) => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    };

    private string Named(string least)
    {
        string First(Func<ModelCard, bool> can) => directory.Models.FirstOrDefault(can)?.Id ?? "MODEL";
        return least.Replace("CHAT", First(card => card.Chats), StringComparison.Ordinal).Replace("EMBEDDER", First(card => card.Embeds), StringComparison.Ordinal);
    }
}
