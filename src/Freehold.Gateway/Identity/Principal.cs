using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Identity;

/// <summary>Who asks, as everything behind the identity stage knows it.</summary>
/// <param name="Tenant">Whose data it is: what is cached for one tenant is never used for another.</param>
/// <param name="Client">Who is treated fairly against others inside the tenant.</param>
public sealed record Principal(string Tenant, string Client)
{
    /// <summary>Whether nobody waits for the answer: it goes behind those that somebody waits for.</summary>
    public bool IsBatch { get; init; }

    /// <summary>Who sent this request; the identity stage has found that out.</summary>
    internal static Principal Of(HttpContext http) =>
        http.Features.Get<Principal>() ?? throw new InvalidOperationException($"the identity stage did not see {http.Request.Path}");

    /// <summary>Notes it for the model, divided further by the name of an end user where the request gives one.</summary>
    internal void Stamp(AdditionalPropertiesDictionary properties, string? user)
    {
        properties["tenant"] = Tenant;
        if (IsBatch)
            properties["priority"] = "batch";
        properties["client"] = string.IsNullOrEmpty(user) ? Client : string.Create(CultureInfo.InvariantCulture, $"{Client}/{user}");
    }
}
