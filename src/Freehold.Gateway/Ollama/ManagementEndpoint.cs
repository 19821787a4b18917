using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Ollama;

/// <summary>What is for the owner at the command line alone; each path says by which command.</summary>
internal sealed class ManagementEndpoint(RequestFrame frame)
{
    /// <summary>The paths below <c>/api</c>, their methods, and what to do instead.</summary>
    public static IReadOnlyList<(string Path, string[] Methods, string Instead)> Paths { get; } =
    [
        ("/api/create", [HttpMethods.Post], "Models are not made through the API: run 'freehold import FILE' on the server to take in a GGUF file or a safetensors folder."),
        ("/api/blobs/{digest}", [HttpMethods.Post, HttpMethods.Head], "Files are not uploaded through the API: run 'freehold import FILE' on the server."),
        ("/api/push", [HttpMethods.Post], "Models are not sent anywhere; no command does that. 'freehold bundle OUT MODEL' makes one file that can be carried elsewhere."),
    ];

    public Task RefuseAsync(HttpContext http, string instead) => frame.RunAsync(http, _ =>
        throw new RefusedException(new Refusal(StatusCodes.Status501NotImplemented, ErrorCodes.NotOffered, null, instead)));
}
