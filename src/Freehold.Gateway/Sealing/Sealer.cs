using System.Buffers.Text;
using System.Text;
using Freehold.Gateway.Serving;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace Freehold.Gateway.Sealing;

/// <summary>
/// Texts that a client carries and cannot read or change: ChaCha20-Poly1305 (RFC 8439), managed code, since .NET's own would need OpenSSL. A text is bound to what it is for and to
/// its owner: it opens nowhere else. Layout, in base64url: version 1, nonce (12 bytes), ciphertext, tag (16 bytes).
/// </summary>
internal sealed class Sealer(SealKey key)
{
    private const int NonceBytes = 12, TagBytes = 16, TagBits = TagBytes * 8;
    private const byte Version = 1;

    /// <summary>Seals a text.</summary>
    public string Seal(string text, string purpose, string owner)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var box = new byte[1 + NonceBytes + plain.Length + TagBytes];
        box[0] = Version;
        SystemRandom.Fill(box.AsSpan(1, NonceBytes));
        var written = Process(encrypt: true, box.AsSpan(1, NonceBytes), plain, box, 1 + NonceBytes, purpose, owner);
        return written == plain.Length + TagBytes ? Base64Url.EncodeToString(box) : throw new InvalidOperationException("the cipher wrote another length");
    }

    /// <summary>Opens one.</summary>
    /// <param name="sealedText">What <see cref="Seal"/> gave.</param>
    /// <param name="purpose">What it is for, as when it was sealed.</param>
    /// <param name="owner">Whose it is, as when it was sealed.</param>
    /// <param name="param">The field that holds it.</param>
    /// <exception cref="RefusedException">It was changed, cut, made elsewhere, or is somebody else's.</exception>
    public string Open(string sealedText, string purpose, string owner, string param)
    {
        try
        {
            var box = Base64Url.DecodeFromChars(sealedText);
            if (box.Length < 1 + NonceBytes + TagBytes || box[0] != Version)
                throw Refused(param, null);
            var plain = new byte[box.Length - 1 - NonceBytes - TagBytes];
            Process(encrypt: false, box.AsSpan(1, NonceBytes), box.AsSpan(1 + NonceBytes).ToArray(), plain, 0, purpose, owner);
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception failure) when (failure is FormatException or InvalidCipherTextException)
        {
            throw Refused(param, failure);
        }
    }

    private int Process(bool encrypt, ReadOnlySpan<byte> nonce, byte[] input, byte[] output, int at, string purpose, string owner)
    {
        var cipher = new ChaCha20Poly1305();
        cipher.Init(encrypt, new AeadParameters(new KeyParameter(key.Get()), TagBits, nonce.ToArray(), Encoding.UTF8.GetBytes($"freehold {purpose}\0{owner}")));
        var written = cipher.ProcessBytes(input, 0, input.Length, output, at);
        return written + cipher.DoFinal(output, at + written);
    }

    private static RefusedException Refused(string param, Exception? cause) =>
        new(new Refusal(400, ErrorCodes.InvalidEncryptedContent, param, $"'{param}' was not made by this server for you, or was changed or cut on its way; send back what it gave, or leave the item out."), cause);
}
