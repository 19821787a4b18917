using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Anthropic;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Documentation;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Logging;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.Ollama;
using Freehold.Gateway.OpenAi;
using Freehold.Gateway.Pages;
using Freehold.Gateway.Refusals;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Reranking;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Freehold.Gateway.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Hosting;

/// <summary>Composes the web application: Kestrel's limits, the guards, the dialects, health and metrics.</summary>
public static class GatewayHost
{
    /// <summary>The application, not started yet. Its addresses are in <see cref="WebApplication.Urls"/> once it is.</summary>
    /// <param name="options">Where it listens, whom it lets in and what it bounds.</param>
    /// <param name="directory">The models it serves.</param>
    /// <param name="logging">Adds where the log goes; without it nothing is logged.</param>
    /// <param name="life">Steers the life of models; null where the directory does.</param>
    /// <param name="library">Fetches and removes models; null where that is for the command line alone.</param>
    /// <param name="pages">Makes what answers browsers, when the first one comes, from the server's services; null serves no pages.</param>
    /// <exception cref="ArgumentException">It would listen beyond this machine without a key.</exception>
    public static WebApplication Create(GatewayOptions options, IModelDirectory directory, Action<ILoggingBuilder>? logging = null, IModelLife? life = null, IModelLibrary? library = null,
        Func<IServiceProvider, RequestDelegate>? pages = null)
    {
        if (options is { LoopbackOnly: false, Key: null })
            throw new ArgumentException("listening beyond loopback needs a key: everybody who reaches this machine could use it otherwise", nameof(options));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "freehold" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Limit(kestrel, options));
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = endpoint => Listen(endpoint, options));
        builder.Services.AddRoutingCore();
        builder.Services.AddCors();
        builder.Services.AddMetrics();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout + TimeSpan.FromSeconds(10)); // answers are ended before that
        logging?.Invoke(builder.Logging);
        builder.Services.AddSingleton(options.Clock);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(directory);
        builder.Services.AddSingleton(life ?? directory as IModelLife ?? throw new ArgumentException("nobody knows the life of these models", nameof(life)));
        if (library is not null)
            builder.Services.AddSingleton(library);
        builder.Services.AddSingleton(new PageSource(pages));
        builder.Services.AddSingleton<Sessions>();
        builder.Services.AddSingleton<SignIn>();
        builder.Services.AddSingleton<RefusalLog>();
        builder.Services.AddSingleton<RefusedEndpoint>();
        builder.Services.AddSingleton<IIdentification>(services => new OneKey(options.Key, services.GetRequiredService<Sessions>())); // tenants, roles and limits plug in here
        builder.Services.AddSingleton(new ConcurrencyLimit(options.MaxConcurrentRequests, options.Clock));
        builder.Services.AddSingleton<SlowReader>();
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Draining>());
        // A Guid's bits are the system's own randomness; RandomNumberGenerator would need OpenSSL on Linux.
        builder.Services.AddSingleton(new ThinkingSignature(options.SigningKey ?? MemoryMarshal.Read<UInt128>(Guid.NewGuid().ToByteArray())));
        builder.Services.AddSingleton<GatewayMeter>();
        builder.Services.AddSingleton<PrometheusExporter>();
        builder.Services.AddSingleton<RefusalAnswer>();
        builder.Services.AddSingleton<RequestFrame>();
        builder.Services.AddApiReference(directory);
        builder.Services.AddSingleton<StateStore>();
        builder.Services.AddTokens();
        builder.Services.AddReranking();
        builder.Services.AddOllama();
        builder.Services.AddAnthropic();
        builder.Services.AddOpenAi(); // last: it words what no other dialect claims

        var app = builder.Build();
        var metrics = app.Services.GetRequiredService<PrometheusExporter>(); // listens from now on
        var refusals = app.Services.GetRequiredService<RefusalAnswer>();
        app.Use(RequestId.StampAsync);
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<RefusalStage>();
        app.UseMiddleware<HeaderLimit>();
        app.UseMiddleware<BrowserGuard>();
        app.UseCors(policy => Permit(policy, options));
        app.UseMiddleware<PageStage>();
        app.UseMiddleware<IdentityStage>();
        app.UseRouting();
        app.MapOpenAi(directory);
        app.MapOllama(directory);
        app.MapAnthropic(directory);
        app.MapTokens(directory);
        app.MapReranking(directory);
        app.MapApiReference();
        app.MapGet("/health/live", (RequestDelegate)(http => http.Response.WriteAsync("alive\n")));
        app.MapGet("/health/ready", (RequestDelegate)(http => ReadyAsync(http, directory, app.Services.GetRequiredService<Draining>())));
        app.MapGet("/freehold/refused", (RequestDelegate)app.Services.GetRequiredService<RefusedEndpoint>().AnswerAsync).Describe("Freehold", "What was refused lately, or had no effect, by client");
        app.MapGet("/metrics", (RequestDelegate)metrics.AnswerAsync);
        app.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)FrontDoorAsync);
        app.MapFallback("/{**path}", (RequestDelegate)(http => refusals.SendAsync(http, new Refusal(404, ErrorCodes.UnknownUrl, null, $"Unknown request URL: {http.Request.Method} {http.Request.Path}."))));
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel, GatewayOptions options)
    {
        foreach (var address in options.Addresses)
            foreach (var port in options.Ports)
                kestrel.Listen(address, port, listen => Speak(listen, options.Tls));
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 2 * HeaderLimit.MostBytes;
        kestrel.Limits.MaxRequestHeaderCount = 2 * HeaderLimit.Most;
        kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
        kestrel.Limits.MaxResponseBufferSize = 16 << 10; // what waits for a slow reader here; SlowReader ends it
        // A client that trickles its request holds a place that others could use. Whole answers have Kestrel's own floor for readers: 240 bytes a second.
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
        kestrel.Limits.MaxConcurrentConnections = Math.Max(1024, options.MaxConcurrentRequests * 4);
    }

    private static void Speak(ListenOptions listen, TlsIdentity? tls)
    {
        listen.Protocols = tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2; // without TLS nobody could ask for 2
        if (tls is not null)
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls.ForConnection()) });
    }

    // An accepted connection inherits its buffer from the socket that listens.
    private static Socket Listen(EndPoint endpoint, GatewayOptions options)
    {
        Socket socket;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new PortTakenException(((IPEndPoint)endpoint).Port, e);
        }
        if (options.SendBufferBytes is { } bytes)
            socket.SendBufferSize = bytes;
        return socket;
    }

    private static void Permit(CorsPolicyBuilder policy, GatewayOptions options)
    {
        policy.WithOrigins([.. options.AllowedOrigins]).AllowAnyHeader().AllowAnyMethod()
            .WithExposedHeaders("x-request-id", "request-id", "Retry-After", InertFields.Header, UnenforcedHeader.Name, EmbedEndpoint.TruncatedHeader);
    }

    // Ollama's clients look for Ollama's very words; a person with a browser is told where they are.
    private static Task FrontDoorAsync(HttpContext http) => HttpMethods.IsHead(http.Request.Method)
        ? Task.CompletedTask
        : http.Response.WriteAsync(http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            ? "Freehold: language models on this machine, behind the APIs of OpenAI, Anthropic and Ollama (try GET /v1/models).\n"
            : "Ollama is running");

    private static Task ReadyAsync(HttpContext http, IModelDirectory directory, Draining draining)
    {
        if (directory.Models.Count > 0 && !draining.HasBegun)
            return http.Response.WriteAsync("ready\n");
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return http.Response.WriteAsync(draining.HasBegun ? "stopping\n" : "no model is loaded\n");
    }
}
