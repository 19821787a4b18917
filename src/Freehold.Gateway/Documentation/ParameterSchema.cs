using System.Text.Json.Nodes;
using Freehold.Gateway.Requests;
using Microsoft.OpenApi;

namespace Freehold.Gateway.Documentation;

/// <summary>A <see cref="ParameterTable"/> as the schema of a request's body (OpenAPI 3.1).</summary>
internal static class ParameterSchema
{
    /// <summary>The extension that holds a parameter's state.</summary>
    public const string StateExtension = "x-freehold-state";

    /// <summary>The schema; refused parameters are marked as deprecated, since they are there to be told of and not to be used.</summary>
    /// <param name="table">The parameters.</param>
    /// <param name="required">Names of top-level fields that must be there.</param>
    public static OpenApiSchema Of(ParameterTable table, IEnumerable<string> required)
    {
        var root = new OpenApiSchema { Type = JsonSchemaType.Object, Required = required.ToHashSet() };
        foreach (var parameter in table.Parameters)
        {
            var at = root;
            var name = "";
            foreach (var step in parameter.Name.Split('.'))
            {
                name = step.Replace("[]", "", StringComparison.Ordinal);
                at = Field(at, name);
                for (var depth = (step.Length - name.Length) / 2; depth > 0; depth--)
                    at = Items(at);
            }
            at.Description = $"{parameter.State}{(parameter.Note.Length > 0 ? ": " + parameter.Note : "")}";
            at.Deprecated = parameter.State == ParameterState.Refused;
            (at.Extensions ??= new Dictionary<string, IOpenApiExtension>())[StateExtension] = new JsonNodeExtension(JsonValue.Create(parameter.State.ToString().ToLowerInvariant()));
            if (FieldTypes.Find(name) is { } type)
                at.Type = at.Type is { } known ? known | type : type;
        }
        return root;
    }

    private static OpenApiSchema Field(OpenApiSchema of, string name)
    {
        of.Type = (of.Type ?? 0) | JsonSchemaType.Object;
        var properties = of.Properties ??= new Dictionary<string, IOpenApiSchema>();
        if (properties.TryGetValue(name, out var known))
            return (OpenApiSchema)known;
        var field = new OpenApiSchema();
        properties[name] = field;
        return field;
    }

    private static OpenApiSchema Items(OpenApiSchema of)
    {
        of.Type = (of.Type ?? 0) | JsonSchemaType.Array;
        return (OpenApiSchema)(of.Items ??= new OpenApiSchema());
    }
}
