namespace Freehold.Grammars;

/// <summary>A schema, pattern or grammar that cannot be enforced as it stands. The message says what and why, and what to do next.</summary>
public sealed class GrammarRefusedException : Exception
{
    private GrammarRefusedException(GrammarRefusal kind, string pointer, string message) : base(message) => (Kind, Pointer) = (kind, pointer);

    /// <summary>What kind of refusal.</summary>
    public GrammarRefusal Kind { get; }

    /// <summary>JSON pointer to the keyword at fault; for patterns and grammars the place in the text; empty for the whole.</summary>
    public string Pointer { get; }

    /// <summary>Something is malformed.</summary>
    public static GrammarRefusedException Invalid(string pointer, string message) => new(GrammarRefusal.Invalid, pointer, At(pointer, message));

    /// <summary>An assertion that cannot be enforced.</summary>
    public static GrammarRefusedException Unenforceable(string pointer, string message) => new(GrammarRefusal.Unenforceable, pointer, At(pointer, message));

    /// <summary>Beyond one of the <see cref="GrammarLimits"/>.</summary>
    public static GrammarRefusedException Limit(string pointer, string message) => new(GrammarRefusal.Limit, pointer, At(pointer, message));

    /// <summary>Nothing satisfies it.</summary>
    public static GrammarRefusedException Unsatisfiable(string message) => new(GrammarRefusal.Unsatisfiable, "", message);

    /// <summary>The same, of one tool's schema.</summary>
    public GrammarRefusedException Of(string tool) => new(Kind, $"{tool}#{Pointer}", $"tool '{tool}': {Message}");

    private static string At(string pointer, string message) => pointer.Length == 0 ? message : $"{pointer}: {message}";
}

/// <summary>Why a grammar is refused.</summary>
public enum GrammarRefusal
{
    /// <summary>It is malformed.</summary>
    Invalid,
    /// <summary>It asserts what cannot be enforced while tokens are chosen.</summary>
    Unenforceable,
    /// <summary>It is larger or deeper than the limits.</summary>
    Limit,
    /// <summary>No text satisfies it.</summary>
    Unsatisfiable,
}
