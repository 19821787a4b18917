using System.Security.Cryptography;
using System.Text;

namespace Freehold.Engine.Pages;

/// <summary>
/// A tenant's name in 128 bits: fixed in size whatever names arrive, and no two tenants share one. A short name is its own key; of a longer one 120 bits of its
/// SHA-256 are, which needs OpenSSL on Linux.
/// </summary>
/// <remarks>Two halves, no UInt128: nothing that holds one is compiled ahead of time, and every sequence holds a key.</remarks>
internal readonly record struct TenantKey(ulong Low, ulong High)
{
    private const int Bytes = 16;
    private const byte Hashed = 0xFF;

    /// <summary>The key of a name; the empty name is a tenant like any other.</summary>
    public static TenantKey Of(string tenant)
    {
        Span<byte> key = stackalloc byte[SHA256.HashSizeInBytes];
        key.Clear();
        var name = Encoding.UTF8.GetBytes(tenant);
        // The last byte tells short names of each length and hashes apart.
        if (name.Length < Bytes)
            name.CopyTo(key);
        else
            SHA256.HashData(name, key);
        key[Bytes - 1] = name.Length < Bytes ? (byte)name.Length : Hashed;
        return new TenantKey(BitConverter.ToUInt64(key[8..]), BitConverter.ToUInt64(key));
    }
}
