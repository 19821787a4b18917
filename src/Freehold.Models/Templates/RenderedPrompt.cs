using System.Collections;

namespace Freehold.Models.Templates;

/// <summary>A prompt and, for each UTF-16 code unit of it, whether it comes from the template (true) or from data (false).</summary>
/// <param name="Text">The prompt.</param>
/// <param name="FromTemplate">One flag per code unit of <paramref name="Text"/>.</param>
public sealed record RenderedPrompt(string Text, BitArray FromTemplate)
{
    /// <summary>A prompt wholly of data: no control token can form in it.</summary>
    public static RenderedPrompt Untrusted(string text) => new(text, new BitArray(text.Length));

    /// <summary>A prompt wholly of trusted text: the names of control tokens become their ids.</summary>
    public static RenderedPrompt Trusted(string text) => new(text, new BitArray(text.Length, true));
}
