using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Freehold.Gateway.Answers;

/// <summary>Signs what a model thought, so that it is known again when a client sends it back: SipHash-2-4-128 over its UTF-8.</summary>
/// <param name="key">Known to this server alone.</param>
internal sealed class ThinkingSignature(UInt128 key)
{
    private const string Version = "fh1.";

    /// <summary>The signature of a text.</summary>
    public string Of(string thinking)
    {
        var code = SipHash.Of(Encoding.UTF8.GetBytes(thinking), key);
        return Version + Base64Url.EncodeToString(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in code)));
    }

    /// <summary>Whether the text is one that was signed here, unchanged.</summary>
    public bool Matches(string thinking, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Of(thinking)), Encoding.UTF8.GetBytes(signature));
}
