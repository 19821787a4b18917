using System.Security.Cryptography;
using System.Text;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Downloads;

/// <summary>One file that lies on a server.</summary>
/// <param name="Name">Its path inside the model, for people and for the manifest.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Size">Its size where it is known beforehand.</param>
/// <param name="Sha256">Its SHA-256 where it is known beforehand.</param>
/// <param name="Token">What its server, and no other, is told of who asks; null for nothing.</param>
internal sealed record RemoteFile(string Name, Uri Address, long? Size, Sha256Digest? Sha256, HostToken? Token)
{
    /// <summary>The git blob id (SHA-1) of a small file whose SHA-256 its hub does not tell.</summary>
    public string? GitBlobId { get; init; }

    /// <summary>What a partial download is kept under: the content where it is known, so that any address may go on with it, else the address.</summary>
    public string PartKey => Sha256 is { } digest
        ? digest.ToString()
        : "url-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Address.AbsoluteUri)))[..40];
}

/// <summary>A secret and the one origin (scheme, host and port) that may see it.</summary>
/// <param name="Origin">Whose it is.</param>
/// <param name="Secret">The bearer token.</param>
internal sealed record HostToken(Uri Origin, string Secret)
{
    /// <summary>True where a request to this address may carry the token.</summary>
    public bool MayGoTo(Uri address) =>
        address.Scheme == Origin.Scheme && address.Port == Origin.Port && address.Host.Equals(Origin.Host, StringComparison.OrdinalIgnoreCase);

    /// <summary>Keeps the secret out of logs.</summary>
    public override string ToString() => $"token for {Origin.Host}";
}
