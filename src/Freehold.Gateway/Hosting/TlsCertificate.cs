using System.Security.Cryptography.X509Certificates;

namespace Freehold.Gateway.Hosting;

/// <summary>What the server shows to prove who it is.</summary>
/// <param name="Own">Its certificate, with the private key.</param>
/// <param name="Chain">The certificates between its own and an authority that clients know; may be empty.</param>
public sealed record TlsCertificate(X509Certificate2 Own, X509Certificate2Collection Chain);
