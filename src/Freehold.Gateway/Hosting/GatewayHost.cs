using Freehold.Gateway.Guarding;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.OpenAi;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Hosting;

/// <summary>Composes the web application: Kestrel's limits, the guards, the dialects, health and metrics.</summary>
public static class GatewayHost
{
    /// <summary>The application, not started yet. Its addresses are in <see cref="WebApplication.Urls"/> once it is.</summary>
    /// <param name="options">Where it listens and what it bounds.</param>
    /// <param name="directory">The models it serves.</param>
    /// <param name="logging">Adds where the log goes; without it nothing is logged.</param>
    public static WebApplication Create(GatewayOptions options, IModelDirectory directory, Action<ILoggingBuilder>? logging = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "freehold" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Limit(kestrel, options));
        builder.Services.AddRoutingCore();
        builder.Services.AddMetrics();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        logging?.Invoke(builder.Logging);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new ConcurrencyLimit(options.MaxConcurrentRequests));
        builder.Services.AddSingleton<GatewayMeter>();
        builder.Services.AddSingleton<PrometheusExporter>();
        builder.Services.AddSingleton<RequestFrame>();
        builder.Services.AddOpenAi();

        var app = builder.Build();
        var metrics = app.Services.GetRequiredService<PrometheusExporter>(); // listens from now on
        app.Use(IdentifyAsync);
        app.UseMiddleware<BrowserGuard>(options.LoopbackOnly);
        app.UseRouting();
        app.MapOpenAi(directory);
        app.MapGet("/health/live", (RequestDelegate)(http => http.Response.WriteAsync("alive\n")));
        app.MapGet("/health/ready", (RequestDelegate)(http => ReadyAsync(http, directory)));
        app.MapGet("/metrics", (RequestDelegate)metrics.AnswerAsync);
        app.MapGet("/", (RequestDelegate)(http => http.Response.WriteAsync("Freehold: language models on this machine, behind the OpenAI API at /v1 (try GET /v1/models).\n")));
        app.MapFallback((RequestDelegate)(http => OpenAiErrors.SendAsync(http, new Refusal(404, "unknown_url", null, $"Unknown request URL: {http.Request.Method} {http.Request.Path}."))));
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel, GatewayOptions options)
    {
        foreach (var address in options.Addresses)
            kestrel.Listen(address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
        kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
        // A client that trickles its request holds a place that others could use. Answers have Kestrel's own floor for readers
        // (240 bytes a second over a grace of 5 s): below it the connection ends and the generation with it.
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
        kestrel.Limits.MaxConcurrentConnections = Math.Max(1024, options.MaxConcurrentRequests * 4);
    }

    // Every answer names its request, refusals too.
    private static Task IdentifyAsync(HttpContext http, RequestDelegate next)
    {
        http.TraceIdentifier = "req_" + Guid.NewGuid().ToString("N");
        http.Response.Headers["x-request-id"] = http.TraceIdentifier;
        return next(http);
    }

    private static Task ReadyAsync(HttpContext http, IModelDirectory directory)
    {
        if (directory.Models.Count > 0)
            return http.Response.WriteAsync("ready\n");
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return http.Response.WriteAsync("no model is loaded\n");
    }
}
