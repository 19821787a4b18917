using System.Text.Json;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Dialects;

/// <summary>A wire dialect, as far as the stages before it must know it: which requests are its own and how it words a refusal.</summary>
internal interface IDialect
{
    /// <summary>Whether a request is meant for this dialect, by its path or headers.</summary>
    bool Speaks(HttpRequest request);

    /// <summary>Writes the body of a refusal.</summary>
    void Write(Utf8JsonWriter json, Refusal refusal);
}
