using System.Text;
using System.Text.Json;

namespace Freehold.Models.Templates.ToolUse;

/// <summary>Where a call's name stands.</summary>
public enum ToolCallBody
{
    /// <summary>In the JSON object that is the call, beside the arguments: <c>{"name": "f", "arguments": {}}</c>.</summary>
    NameInObject,
    /// <summary>As text before the arguments, which are a JSON object of their own: <c>f[ARGS]{}</c>.</summary>
    NameBeforeArguments,
}

/// <summary>
/// How a family of models writes tool calls. White space may stand between any two parts; what is written here is how the family's template writes it.
/// <code>
/// section:  Opens  call Separator call ...  Closes             with List: Opens [ call, call ... ] Closes
/// call:     CallOpens  {"NameKey": "f", "ArgumentsKey": {...}}  CallCloses
///       or  CallOpens  f NameEnds {...}  CallCloses
/// </code>
/// Arguments are always a JSON object, from its first brace to the last.
/// </summary>
public sealed record ToolCallFormat
{
    /// <summary>The family's name, as <c>docs/tools.md</c> lists it.</summary>
    public required string Name { get; init; }

    /// <summary>What begins the section of calls; empty where each call begins by itself.</summary>
    public string Opens { get; init; } = "";

    /// <summary>Other texts that begin a section, which models of the family write too.</summary>
    public IReadOnlyList<string> AlsoOpens { get; init; } = [];

    /// <summary>What ends the section; it may be missing where the answer ends.</summary>
    public string Closes { get; init; } = "";

    /// <summary>Whether the calls of a section are the elements of one JSON array.</summary>
    public bool List { get; init; }

    /// <summary>What stands between two calls; in a list a comma stands there besides.</summary>
    public string Separator { get; init; } = "";

    /// <summary>What begins a call; empty where its brace does.</summary>
    public string CallOpens { get; init; } = "";

    /// <summary>What ends a call; it may be missing where the answer ends.</summary>
    public string CallCloses { get; init; } = "";

    /// <summary>Where the name stands.</summary>
    public ToolCallBody Body { get; init; } = ToolCallBody.NameInObject;

    /// <summary>The key of the name in the call's object.</summary>
    public string NameKey { get; init; } = "name";

    /// <summary>The key of the arguments in the call's object.</summary>
    public string ArgumentsKey { get; init; } = "arguments";

    /// <summary>The key of the call's id in its object, where the family has one.</summary>
    public string? IdKey { get; init; }

    /// <summary>What parts the name from an id that follows it, where the name stands before the arguments.</summary>
    public string? IdOpens { get; init; }

    /// <summary>What ends the name where it stands before the arguments.</summary>
    public string NameEnds { get; init; } = "";

    /// <summary>
    /// Whether a call is told by nothing but an object at the very beginning of the answer. Such an object counts as a call only when its name is that of a
    /// tool that was offered; every other JSON stays the answer's text.
    /// </summary>
    public bool BeginsAnswer { get; init; }

    /// <summary>Whether an answer may have more than one call.</summary>
    public bool Several { get; init; } = true;

    /// <summary>The texts that begin calls in the middle of an answer.</summary>
    public IEnumerable<string> Beginnings => (Opens.Length > 0 ? [Opens, .. AlsoOpens] : AlsoOpens.Append(CallOpens)).Where(text => text.Length > 0);

    /// <summary>
    /// Texts that vocabularies often hold as control tokens and that must stay visible in the generated text for calls to be found.
    /// </summary>
    public IEnumerable<string> Markers => ((string[])[Opens, .. AlsoOpens, Closes, CallOpens, CallCloses, NameEnds, IdOpens ?? ""])
        .Select(text => text.Trim()).Where(text => text.Length > 0).Distinct();

    /// <summary>The text from the beginning of a call to the place where its arguments begin.</summary>
    /// <param name="tool">The tool's name.</param>
    /// <param name="index">How many calls stand before it in the answer.</param>
    public string Before(string tool, int index = 0)
    {
        ArgumentNullException.ThrowIfNull(tool);
        var text = new StringBuilder();
        text.Append(index > 0 ? (List ? "," : "") + Separator : Opens + (List ? "[" : "")).Append(CallOpens);
        if (Body == ToolCallBody.NameBeforeArguments)
            return text.Append(tool).Append(NameEnds).ToString();
        text.Append('{');
        if (IdKey is not null)
            text.Append('"').Append(IdKey).Append("\": \"").Append(index).Append("\", ");
        return text.Append('"').Append(NameKey).Append("\": ").Append(Quoted(tool)).Append(", \"").Append(ArgumentsKey).Append("\": ").ToString();
    }

    /// <summary>The text that follows a call's arguments.</summary>
    /// <param name="isLast">Whether no other call follows.</param>
    public string After(bool isLast) =>
        (Body == ToolCallBody.NameInObject ? "}" : "") + CallCloses + (isLast ? (List ? "]" : "") + Closes : "");

    /// <summary>Calls as the family writes them.</summary>
    /// <param name="calls">Names, and arguments as JSON.</param>
    public string Write(IReadOnlyList<(string Name, string Arguments)> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var text = new StringBuilder();
        for (var i = 0; i < calls.Count; i++)
            text.Append(Before(calls[i].Name, i)).Append(calls[i].Arguments).Append(After(i == calls.Count - 1));
        return text.ToString();
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
