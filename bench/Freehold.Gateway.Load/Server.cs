using System.Text;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Load;

/// <summary>What is asked: the gateway over a stub, and beside it a bare web server that sends as many events of as many bytes, which is what no gateway can undercut.</summary>
internal static class Server
{
    /// <summary>The stub's name.</summary>
    public const string Model = "stub";

    /// <summary>Serves both until standard input ends; prints their addresses, the gateway's first, and a line of memory for each line it reads.</summary>
    public static async Task RunAsync(int tokens)
    {
        var stub = new ServedModel(Model, DateTimeOffset.UnixEpoch, "bench", new StubChatClient(tokens), null, 4096, null, null, _ => null);
        await using var gateway = GatewayHost.Create(new GatewayOptions { Ports = [0] }, new FixedModelDirectory([stub]));
        await gateway.StartAsync();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var bare = builder.Build();
        bare.Run(http => AnswerAsync(http, tokens));
        await bare.StartAsync();
        Console.WriteLine(gateway.Urls.Single());
        Console.WriteLine(bare.Urls.Single());
        while (Console.ReadLine() is not null)
            Console.WriteLine($"{Environment.WorkingSet} {GC.GetTotalMemory(forceFullCollection: true)}");
    }

    private static readonly byte[] Event = Encoding.UTF8.GetBytes("""data: {"id":"chatcmpl-0123456789abcdef0123456789abcdef","object":"chat.completion.chunk","created":1700000000,"model":"stub","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}""" + "\n\n");

    private static async Task AnswerAsync(HttpContext http, int tokens)
    {
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        http.Response.ContentType = "text/event-stream";
        for (var i = 0; i < tokens + 3; i++)
        {
            await http.Response.BodyWriter.WriteAsync(Event, http.RequestAborted);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
    }
}
