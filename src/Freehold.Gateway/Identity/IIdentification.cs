using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Identity;

/// <summary>
/// Finds out who asks. This is where tenants, roles and limits plug in: an implementation that knows them replaces <see cref="OneKey"/> in
/// <see cref="Hosting.GatewayHost"/>, and nothing else changes.
/// </summary>
public interface IIdentification
{
    /// <summary>The principal of a request.</summary>
    /// <exception cref="RefusedException">Whoever asks is not admitted (401, 403).</exception>
    Principal Identify(HttpContext http);
}
