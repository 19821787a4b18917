using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Answers;

/// <summary>Tells what of the schemas of a request is not enforced: JSON pointers as URI fragments, those of a tool behind its name.</summary>
internal static class UnenforcedHeader
{
    /// <summary>The header that names them.</summary>
    public const string Name = "Freehold-Unenforced";

    private const int MaxLength = 4096;

    /// <summary>Names them in the answer, if there are any and its headers are not on their way.</summary>
    public static void Tell(HttpResponse response, IReadOnlyList<string>? pointers)
    {
        if (pointers is not { Count: > 0 } || response.HasStarted)
            return;
        var value = string.Join(", ", pointers.Select(pointer => string.Concat(pointer.EnumerateRunes().Select(Escape))));
        response.Headers[Name] = value.Length <= MaxLength ? value : $"{value[..value.LastIndexOf(", ", MaxLength - 5, StringComparison.Ordinal)]}, ...";
    }

    private static string Escape(System.Text.Rune rune) =>
        rune.Value is > ' ' and < 0x7F and not ',' and not '%' ? rune.ToString() : Uri.EscapeDataString(rune.ToString());
}
