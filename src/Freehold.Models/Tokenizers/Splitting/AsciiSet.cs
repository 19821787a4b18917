namespace Freehold.Models.Tokenizers.Splitting;

/// <summary>A set of ASCII characters, a bit each. No UInt128: what holds one is not compiled ahead of time, and a process would begin with compiling its patterns' code.</summary>
internal readonly record struct AsciiSet(ulong Low, ulong High)
{
    /// <summary>Nothing.</summary>
    public static AsciiSet Empty => default;

    /// <summary>Whether the character (0 to 127) is in.</summary>
    public bool Contains(int character) => ((character < 64 ? Low : High) >> character & 1) != 0;

    /// <summary>The set with one more character (0 to 127).</summary>
    public AsciiSet With(int character) => character < 64 ? new(Low | 1ul << character, High) : new(Low, High | 1ul << character);

    /// <summary>The members of both.</summary>
    public AsciiSet With(AsciiSet other) => new(Low | other.Low, High | other.High);
}
