using Freehold.Gateway.Hosting;
using Freehold.Gateway.Refusals;
using Freehold.Gateway.Serving;
using Freehold.Pages.Connect;
using Freehold.Pages.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MudBlazor.Services;

namespace Freehold.Pages.Hosting;

/// <summary>
/// The pages as an application inside the server's: own services and routes, made when the first browser comes, on the server's listener and behind its guards.
/// </summary>
public static class ConsolePages
{
    /// <summary>The longest message a page may send: a whole chat that its browser kept.</summary>
    private const long LongestMessage = 8 << 20;

    /// <summary>Makes what answers the paths of pages.</summary>
    /// <param name="server">The server's services.</param>
    public static RequestDelegate Create(IServiceProvider server)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "freehold" });
        var services = builder.Services;
        services.AddSingleton(server.GetRequiredService<ILoggerFactory>());
        services.AddSingleton(server.GetRequiredService<IServer>()); // the one that listens: this application never starts
        services.AddSingleton(server.GetRequiredService<IHostApplicationLifetime>()); // circuits end with the server
        services.AddSingleton(server.GetRequiredService<TimeProvider>());
        services.AddSingleton(server.GetRequiredService<GatewayOptions>());
        services.AddSingleton(server.GetRequiredService<IModelDirectory>());
        services.AddSingleton(server.GetRequiredService<RefusalLog>());
        services.AddSingleton(new ModelSteering(server.GetService<IModelLife>(), server.GetService<IModelLibrary>()));
        services.AddSingleton<Pulls>();
        services.AddSingleton(Snippets.Read());
        services.AddRoutingCore();
        services.AddDataProtection().UseEphemeralDataProtectionProvider(); // nothing is written; circuits end with the server anyway
        services.AddRazorComponents().AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitMaxRetained = 50)
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = LongestMessage);
        services.AddMudServices();
        var app = builder.Build();
        app.UseRouting();
        app.UseAntiforgery();
        app.MapGet("/_console/{name}", (RequestDelegate)new EmbeddedAssets().AnswerAsync);
        app.MapRazorComponents<Shell.App>().AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = null);
        app.UseEndpoints(_ => { }); // where an application starts, it adds this by itself
        var scopes = app.Services.GetRequiredService<IServiceScopeFactory>();
        var answer = ((IApplicationBuilder)app).Build();
        return http =>
        {
            http.Features.Set<IServiceProvidersFeature>(new RequestServicesFeature(http, scopes));
            return answer(http);
        };
    }
}
