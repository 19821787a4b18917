using System.Text.Json;

namespace Freehold.Grammars;

/// <summary>
/// An answer that calls tools: free text up to a mark, then calls, each a text before its arguments, arguments that a schema rules, and a text behind them. Two that say the
/// same are equal.
/// </summary>
public sealed class CallGrammar : IEquatable<CallGrammar>
{
    private string? _key;

    /// <summary>Free text comes first, up to and with this: the end of thinking that the prompt began. Null: there is none.</summary>
    public string? After { get; init; }

    /// <summary>What may open thinking at the beginning, and what closes it: a mark inside it means nothing. Null: there is none.</summary>
    public (string Opens, string Closes)? Thinking { get; init; }

    /// <summary>
    /// Free text comes before the calls, up to one of these, or is all of the answer. Empty: see <see cref="IsForced"/>.
    /// </summary>
    public IReadOnlyList<CallMark> Marks { get; init; } = [];

    /// <summary>
    /// Whether an answer without marks must begin with a call. Otherwise it is a call if it begins like one, and free text if not.
    /// </summary>
    public bool IsForced { get; init; }

    /// <summary>
    /// What an answer that calls nothing must look like: it is a text of this form, or calls from its beginning on, and <see cref="Marks"/> and <see cref="Thinking"/> count for nothing.
    /// Null: free text.
    /// </summary>
    public TextForm? Text { get; init; }

    /// <summary>The calls that may be made.</summary>
    public required IReadOnlyList<CallForm> Calls { get; init; }

    /// <summary>The text behind the last call's arguments.</summary>
    public string Closing { get; init; } = "";

    private string Key => _key ??= string.Join('\0',
        [After, Thinking?.Opens, Thinking?.Closes, IsForced ? "forced" : "", Closing,
            Text?.Kind.ToString(), Text?.Source, Text?.IsStrict is true ? "strict" : "",
            .. Marks.SelectMany(mark => (string[])[mark.Text, $"{mark.Covered}"]), "",
            .. Calls.SelectMany(call => (string?[])[call.Tool, call.First, call.Next, call.IsStrict ? "strict" : "", call.Schema.GetRawText(), .. call.AlsoFirst, ""])]);

    /// <inheritdoc/>
    public bool Equals(CallGrammar? other) => other is not null && Key == other.Key;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CallGrammar);

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A text that begins calls in the middle of an answer.</summary>
/// <param name="Text">The mark. Up to two newlines or spaces may stand behind it.</param>
/// <param name="Covered">How many characters of <see cref="CallForm.First"/> are in it already.</param>
public sealed record CallMark(string Text, int Covered = 0);

/// <summary>How one tool is called.</summary>
/// <param name="Tool">Its name, for people.</param>
/// <param name="First">The text between the mark (or the beginning) and the arguments of the answer's first call.</param>
/// <param name="Next">The text between the arguments of a call before it and its own; null where no call follows another.</param>
/// <param name="Schema">What its arguments must satisfy, besides being an object. Properties that it does not name are not written unless it speaks of such.</param>
/// <param name="IsStrict">Whether what can't be enforced is refused; otherwise it is left out and listed as <c>tool#pointer</c>.</param>
public sealed record CallForm(string Tool, string First, string? Next, JsonElement Schema, bool IsStrict)
{
    /// <summary>Other ways to write <see cref="First"/>, where an answer that begins like a call is one.</summary>
    public IReadOnlyList<string> AlsoFirst { get; init; } = [];
}
