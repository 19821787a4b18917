using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Tests.Serving;
using Freehold.Pages.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Freehold.Pages.Tests.Serving;

/// <summary>A server with pages on a free port of this machine, over the models of <see cref="FakeLife"/>.</summary>
internal sealed class RunningPages : IAsyncDisposable
{
    private readonly AppEnd _end;

    private RunningPages(WebApplication app, ScriptedChatClient model, FakeLife life)
    {
        (_end, Model, Life) = (new AppEnd(app), model, life);
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

    /// <summary>Lets the model answer "before ", and "after" once the result is set.</summary>
    public TaskCompletionSource AnswerInHalves()
    {
        var rest = new TaskCompletionSource();
        Model.Tokens = _ => ["before ", "after"];
        Model.Before = (token, _) => token == 1 ? rest.Task : Task.CompletedTask;
        return rest;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _end.ComeAsync();
    }
}
