using System.Globalization;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>The query of a request: what is known is taken by name, anything else is refused.</summary>
internal sealed class QueryFields
{
    private const int DefaultLimit = 20, MostLimit = 100;
    private readonly Dictionary<string, string> _left = new(StringComparer.Ordinal);

    public QueryFields(HttpRequest request)
    {
        foreach (var (name, values) in request.Query)
            if (values.ToString() is { Length: > 0 } text)
                _left[name.EndsWith("[]", StringComparison.Ordinal) ? name[..^2] : name] = text; // OpenAI's client writes lists so
    }

    /// <summary>Takes a text; null where there is none.</summary>
    public string? Take(string name) => _left.Remove(name, out var value) ? value : null;

    /// <summary>Takes a flag.</summary>
    public bool TakeBoolean(string name) => Take(name) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw RefusedException.Field(name, $"'{name}' is '{other}'; it must be true or false."),
    };

    /// <summary>Takes a whole number inside its bounds.</summary>
    public int? TakeInt32(string name, int minimum, int maximum)
    {
        if (Take(name) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum ? number
            : throw RefusedException.Field(name, $"'{name}' must be a whole number from {minimum} to {maximum}; got '{text}'.");
    }

    /// <summary>Takes <c>after</c>, <c>limit</c> and <c>order</c>, and what may stand beside them.</summary>
    /// <param name="mostLimit">The largest <c>limit</c>.</param>
    /// <param name="beside">Further names, which change nothing.</param>
    public PageRequest TakePage(int mostLimit = MostLimit, params ReadOnlySpan<string> beside)
    {
        var page = new PageRequest(Take("after"), TakeInt32("limit", 1, mostLimit) ?? DefaultLimit, Take("order") switch
        {
            null or "desc" => false,
            "asc" => true,
            var other => throw RefusedException.Field("order", $"'order' is '{other}'; it must be asc or desc."),
        });
        foreach (var name in beside)
            Take(name);
        Finish();
        return page;
    }

    /// <summary>Refuses what nobody took.</summary>
    public void Finish()
    {
        if (_left.Keys.FirstOrDefault() is { } unknown)
            throw RefusedException.Field(unknown, $"Unrecognized query parameter: '{unknown}'. It is not known here; leave it out.", ErrorCodes.UnknownParameter);
    }
}
