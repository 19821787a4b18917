using System.Text;
using Freehold.Gateway.Identity;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.OpenAi.Batches;

/// <summary>What an endpoint answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="RequestId">The request's id, as the log names it.</param>
/// <param name="Body">The JSON.</param>
internal readonly record struct InnerAnswer(int Status, string RequestId, string Body);

/// <summary>Asks an endpoint of this server as a client would, without a connection: the same reading, admission, refusals and answers.</summary>
/// <param name="services">The application's services.</param>
internal sealed class InnerRequests(IServiceProvider services)
{
    private readonly Dictionary<string, RequestDelegate> _endpoints = new(StringComparer.Ordinal);

    /// <summary>The paths that can be asked.</summary>
    public IReadOnlyCollection<string> Paths => _endpoints.Keys;

    /// <summary>Lets a path be asked.</summary>
    public void Add(string path, RequestDelegate endpoint) => _endpoints.Add(path, endpoint);

    /// <summary>Asks.</summary>
    /// <param name="path">One of <see cref="Paths"/>.</param>
    /// <param name="body">The request's JSON.</param>
    /// <param name="principal">Who asks.</param>
    /// <param name="cancellationToken">Ends it; the status is then 499.</param>
    public async Task<InnerAnswer> PostAsync(string path, string body, Principal principal, CancellationToken cancellationToken)
    {
        var (request, answer) = (Encoding.UTF8.GetBytes(body), new MemoryStream());
        var http = new DefaultHttpContext { RequestServices = services, RequestAborted = cancellationToken, TraceIdentifier = "req_" + Guid.NewGuid().ToString("N") };
        (http.Request.Method, http.Request.Path, http.Request.Body, http.Request.ContentLength) = (HttpMethods.Post, path, new MemoryStream(request), request.Length);
        http.Response.Body = answer;
        http.Features.Set(principal);
        await _endpoints[path](http);
        await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        return new InnerAnswer(http.Response.StatusCode, http.TraceIdentifier, Encoding.UTF8.GetString(answer.GetBuffer().AsSpan(0, (int)answer.Length)));
    }
}
