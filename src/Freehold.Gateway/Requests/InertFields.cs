using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Requests;

/// <summary>The parameters of one request that were accepted though nothing here depends on them.</summary>
internal sealed class InertFields
{
    /// <summary>The header that names them.</summary>
    public const string Header = "Freehold-Inert";

    private readonly List<string> _names = [];

    public void Add(string name)
    {
        if (!_names.Contains(name))
            _names.Add(name);
    }

    /// <summary>Names them in the answer, if there are any and its headers are not on their way.</summary>
    public void Tell(HttpContext http)
    {
        if (_names.Count > 0 && !http.Response.HasStarted)
            http.Response.Headers[Header] = string.Join(", ", _names);
    }
}
