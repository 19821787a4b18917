using System.Diagnostics.CodeAnalysis;

namespace Freehold.Catalog.Store;

/// <summary>A SHA-256 (FIPS 180-4) of a file: what a blob is called.</summary>
public readonly record struct Sha256Digest
{
    private Sha256Digest(string hex) => Hex = hex;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    /// <summary>From the 32 bytes of a hash.</summary>
    public static Sha256Digest From(ReadOnlySpan<byte> hash) => new(Convert.ToHexStringLower(hash));

    /// <summary>Reads 64 hexadecimal digits, with or without <c>sha256:</c> or <c>sha256-</c> before them.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Sha256Digest digest)
    {
        digest = default;
        if (text is null)
            return false;
        if (text.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("sha256-", StringComparison.OrdinalIgnoreCase))
            text = text[7..];
        if (text.Length != 64 || !text.All(char.IsAsciiHexDigit))
            return false;
        digest = new Sha256Digest(text.ToLowerInvariant());
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => "sha256-" + Hex;
}
