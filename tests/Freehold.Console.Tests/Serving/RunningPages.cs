using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;
using Freehold.Pages.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Freehold.Pages.Tests.Serving;

/// <summary>A server with pages on a free port of this machine, over the models of <see cref="FakeLife"/>.</summary>
internal sealed class RunningPages : IAsyncDisposable
{
    private readonly WebApplication _app;
    private bool _ended;

    private RunningPages(WebApplication app, ScriptedChatClient model, FakeLife life)
    {
        (_app, Model, Life) = (app, model, life);
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Address };
    }

    /// <summary>What 'parrot' says.</summary>
    public ScriptedChatClient Model { get; }
    public FakeLife Life { get; }
    public Uri Address { get; }
    public HttpClient Http { get; }

    /// <summary>Starts it.</summary>
    /// <param name="adjust">Changes the options.</param>
    /// <param name="steered">Whether models come and go; otherwise there is 'parrot' alone, and it stays.</param>
    /// <param name="port">Where it listens; 0 for any that is free.</param>
    public static async Task<RunningPages> StartAsync(Func<GatewayOptions, GatewayOptions>? adjust = null, bool steered = true, int port = 0)
    {
        var model = new ScriptedChatClient();
        var parrot = new ServedModel("parrot", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), "tests", model, null, 4096, null, null, _ => null)
        {
            Facts = new ModelFacts("llama", "gguf", 3_213_000_000, "Q4_K_M", 2_019_000_000, 3072, 28) { Licence = "apache-2.0" },
        };
        var life = new FakeLife(parrot);
        var options = new GatewayOptions { Ports = [port] };
        var app = GatewayHost.Create(adjust?.Invoke(options) ?? options, steered ? life : new FixedModelDirectory([parrot]), library: steered ? life : null, pages: ConsolePages.Create);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningPages(app, model, life);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended)
            return;
        _ended = true;
        Http.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
