using System.Text.Json;

namespace Freehold.Gateway.Requests;

/// <summary>What becomes of a parameter. There is no fourth state.</summary>
internal enum ParameterState
{
    /// <summary>It does what its documentation says, or the request is refused.</summary>
    Honoured,

    /// <summary>It cannot be honoured: 400 naming it, unless its value asks for what happens anyway.</summary>
    Refused,

    /// <summary>It cannot change an answer's content: accepted, and named in the header <see cref="InertFields.Header"/>.</summary>
    Inert,
}

/// <summary>One parameter of an endpoint.</summary>
/// <param name="Name">Its path; an item of an array is <c>[]</c>: <c>messages[].content[].text</c>.</param>
/// <param name="State">What becomes of it.</param>
/// <param name="Note">For people, in docs/api.md; of a refused one it completes the refusal "'name' ...".</param>
/// <param name="Neutral">Of a refused one: whether a value asks for what happens anyway, and so is no reason to refuse.</param>
internal sealed record Parameter(string Name, ParameterState State, string Note, Func<JsonElement, bool>? Neutral = null)
{
    public static Parameter Honoured(string name, string note = "") => new(name, ParameterState.Honoured, note);

    public static Parameter Refused(string name, string note, Func<JsonElement, bool>? neutral = null) => new(name, ParameterState.Refused, note, neutral);

    public static Parameter Inert(string name, string note) => new(name, ParameterState.Inert, note);
}

/// <summary>
/// Every parameter that an endpoint knows. The one source: requests are checked against it (<see cref="Fields"/>), and docs/api.md holds what
/// <see cref="ToMarkdown"/> writes, which a test compares.
/// </summary>
internal sealed class ParameterTable(string endpoint, params IReadOnlyList<Parameter> parameters)
{
    private readonly Dictionary<string, Parameter> _byName = parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);

    /// <summary>The endpoint's method and path.</summary>
    public string Endpoint { get; } = endpoint;

    public IReadOnlyList<Parameter> Parameters { get; } = parameters;

    /// <summary>The parameter of that path, or null where nobody knows it.</summary>
    public Parameter? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The table as docs/api.md shows it.</summary>
    public string ToMarkdown() => string.Concat([
        "| parameter | state | |\n|---|---|---|\n",
        .. Parameters.Select(parameter => $"| `{parameter.Name}` | {parameter.State.ToString().ToLowerInvariant()} | {parameter.Note.Replace("|", "\\|", StringComparison.Ordinal)} |\n")]);
}
