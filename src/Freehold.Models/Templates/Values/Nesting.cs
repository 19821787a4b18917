namespace Freehold.Models.Templates.Values;

/// <summary>How deep containers may nest.</summary>
internal static class Nesting
{
    /// <summary>The largest size of a tuple that can be a key of a dict; comparing keys is charged no more than this.</summary>
    public const long MaxKeySize = 10_000;

    /// <summary>The sum of sizes; shared elements count each time, so that it may be astronomical.</summary>
    public static long Sum(long a, long b) => Math.Min(a + b, 1L << 60);

    /// <summary>The depth of a container around things of a depth.</summary>
    public static int Deeper(int depth, Evaluation run) => depth < run.Limits.MaxDepth
        ? depth + 1
        : throw new TemplateFault($"lists and dicts nest deeper than MaxDepth ({run.Limits.MaxDepth})");
}
