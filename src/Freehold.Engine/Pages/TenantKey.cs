using System.Security.Cryptography;
using System.Text;

namespace Freehold.Engine.Pages;

/// <summary>
/// A tenant's name as 128 bits of its SHA-256: fixed in size whatever names arrive, and no two tenants share one.
/// </summary>
internal readonly record struct TenantKey(UInt128 Bits)
{
    /// <summary>The key of a name; the empty name is a tenant like any other.</summary>
    public static TenantKey Of(string tenant)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(tenant), hash);
        return new TenantKey(new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..])));
    }
}
