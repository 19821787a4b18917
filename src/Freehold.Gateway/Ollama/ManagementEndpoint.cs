using Freehold.Gateway.Dialects;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Ollama;

/// <summary>What changes the models that there are. That is for the owner at the command line; each path says by which command.</summary>
internal sealed class ManagementEndpoint(RequestFrame frame)
{
    /// <summary>The paths below <c>/api</c>, their methods, and what to do instead.</summary>
    public static IReadOnlyList<(string Path, string[] Methods, string Instead)> Paths { get; } =
    [
        ("/api/pull", [HttpMethods.Post], "Models are not fetched through the API: run 'freehold pull MODEL' on the server, then 'freehold serve MODEL'."),
        ("/api/delete", [HttpMethods.Delete], "Models are not removed through the API: run 'freehold rm MODEL' on the server."),
        ("/api/create", [HttpMethods.Post], "Models are not made through the API: run 'freehold import FILE' on the server to take in a GGUF file or a safetensors folder."),
        ("/api/blobs/{digest}", [HttpMethods.Post, HttpMethods.Head], "Files are not uploaded through the API: run 'freehold import FILE' on the server."),
        ("/api/copy", [HttpMethods.Post], "Models are not copied; a model has one name here. To have a file under another name, run 'freehold import FILE' on the server."),
        ("/api/push", [HttpMethods.Post], "Models are not sent anywhere; no command does that. 'freehold bundle OUT MODEL' makes one file that can be carried elsewhere."),
    ];

    public Task RefuseAsync(HttpContext http, string instead) => frame.RunAsync(http, _ =>
        throw new RefusedException(new Refusal(StatusCodes.Status501NotImplemented, ErrorCodes.NotOffered, null, instead)));
}
