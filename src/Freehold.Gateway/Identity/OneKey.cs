using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Identity;

/// <summary>One key for all, or none: everybody belongs to one tenant, and a client is an address. A browser's session stands for the key.</summary>
internal sealed class OneKey(ApiKey? key, Sessions sessions) : IIdentification
{
    private const string Tenant = "default", Bearer = "Bearer ";

    public Principal Identify(HttpContext http)
    {
        if (key is not null)
            Demand(key, http.Request);
        return new Principal(Tenant, http.Connection.RemoteIpAddress?.ToString() ?? "local");
    }

    private void Demand(ApiKey key, HttpRequest request)
    {
        var headers = request.Headers;
        var authorization = headers.Authorization.ToString();
        var shown = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : headers["x-api-key"].ToString();
        if (shown.Length == 0 && sessions.Admit(request))
            return;
        if (shown.Length == 0)
            throw Refused(ErrorCodes.MissingApiKey, "This server asks for a key: send it as 'Authorization: Bearer KEY' or as 'x-api-key: KEY'.");
        if (!key.Matches(shown))
            throw Refused(ErrorCodes.InvalidApiKey, "The key is not this server's; ask whoever runs it for the right one.");
    }

    private static RefusedException Refused(string code, string message) => new(new Refusal(401, code, null, message));
}
