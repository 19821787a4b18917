using System.Security.Cryptography;

namespace Freehold.Gateway.Identity;

/// <summary>A key that clients must show.</summary>
/// <remarks>Compared as it is and not by a hash, which would need OpenSSL on Linux; kept in private, so that it cannot get into a log by accident.</remarks>
public sealed class ApiKey
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaxLength = 1024;

    private readonly byte[] _padded;

    /// <summary>A key of visible ASCII characters, as an HTTP header can carry it.</summary>
    /// <exception cref="ArgumentException">It is empty, longer than <see cref="MaxLength"/>, or has other characters.</exception>
    public ApiKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length == 0 || !key.All(c => c is > ' ' and < '\x7f'))
            throw new ArgumentException("the key must have at least one character, and only visible ASCII characters without spaces");
        if (key.Length > MaxLength)
            throw new ArgumentException($"the key has {key.Length} characters; {MaxLength} are possible");
        _padded = Padded(key);
    }

    /// <summary>Whether this is the key. Takes the same time whichever characters are wrong, and however many.</summary>
    public bool Matches(string candidate) => CryptographicOperations.FixedTimeEquals(_padded, Padded(candidate));

    // All lengths take the same space, with the length in front: a candidate cut off at the end has another one.
    private static byte[] Padded(string key)
    {
        var padded = new byte[sizeof(int) + MaxLength];
        BitConverter.TryWriteBytes(padded, key.Length);
        for (var i = 0; i < Math.Min(key.Length, MaxLength); i++)
            padded[sizeof(int) + i] = key[i] < '\x80' ? (byte)key[i] : (byte)0xFF;
        return padded;
    }
}
