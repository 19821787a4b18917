using System.Text.Json;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Dialects;

/// <summary>A wire dialect, as far as the stages before it must know it: which requests are its own and how it words a refusal.</summary>
internal interface IDialect
{
    /// <summary>Whether a request is meant for this dialect, by its path or headers.</summary>
    bool Speaks(HttpRequest request);

    /// <summary>The status of a refusal, where the dialect has another word for it.</summary>
    int StatusOf(Refusal refusal) => refusal.Status;

    /// <summary>Writes the body of a refusal.</summary>
    /// <param name="json">Where it goes.</param>
    /// <param name="refusal">What the client is told.</param>
    /// <param name="requestId">The request's id, as its headers have it.</param>
    void Write(Utf8JsonWriter json, Refusal refusal, string requestId);
}
