using System.Security.Cryptography;
using System.Text;

namespace Freehold.Gateway.Identity;

/// <summary>A key that clients must show. Only its SHA-256 is kept, so it cannot get into a log by accident.</summary>
public sealed class ApiKey
{
    private readonly byte[] _hash;

    /// <summary>A key of visible ASCII characters, as an HTTP header can carry it.</summary>
    /// <exception cref="ArgumentException">It is empty or has other characters.</exception>
    public ApiKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length == 0 || !key.All(c => c is > ' ' and < '\x7f'))
            throw new ArgumentException("the key must have at least one character, and only visible ASCII characters without spaces");
        _hash = Hash(key);
    }

    /// <summary>Whether this is the key. Takes the same time whichever characters are wrong.</summary>
    public bool Matches(string candidate) => CryptographicOperations.FixedTimeEquals(_hash, Hash(candidate));

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
