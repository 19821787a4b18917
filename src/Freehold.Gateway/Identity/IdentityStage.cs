using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Identity;

/// <summary>Knows who asks before anything is read of what is asked. Health is open to all: a supervisor has no key; so is the front door, which says nothing.</summary>
internal sealed class IdentityStage(RequestDelegate next, IIdentification identification, RefusalAnswer refusals)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/health") || http.Request.Path == "/")
            return next(http);
        try
        {
            http.Features.Set(identification.Identify(http));
        }
        catch (RefusedException refused)
        {
            return refusals.SendAsync(http, refused.Refusal);
        }
        return next(http);
    }
}
