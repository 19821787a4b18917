using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;
using Freehold.Engine;
using Freehold.Gateway.Hosting;
using Freehold.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Freehold.Tests.Hosting;

/// <summary>The real gateway and the real model that comes with the program, over sockets.</summary>
public class ManyClientsTests
{
    private const string Model = "SmolLM2-135M-Instruct-Q4_1";
    private const string NoNews = """"delta":{"content":""},"logprobs":null,"finish_reason":null"""";
    private const int Ordinary = 62, Questions = 8;
    // The pages hold one whole context and no more.
    private const int Context = 1024, Pages = Context / 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly string[] Topics = ["the sea", "a bridge", "bread", "the moon", "an old clock", "rain", "a library", "horses"];

    private static JsonObject Question(int number) => Ask($"Tell me something about {Topics[number]}.", number);

    private static JsonObject Ask(string text, int seed) => new()
    {
        ["model"] = Model,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
        ["temperature"] = 0.8,
        ["seed"] = seed,
        ["max_tokens"] = 16,
        ["logprobs"] = true,
        ["stream"] = true,
    };

    /// <summary>
    /// Sixty-four clients at once, more than the pages hold: one reads a byte a second of an answer far longer than what the system buffers, one cuts
    /// off in the middle.
    /// </summary>
    [Fact]
    public async Task Among_64_clients_a_slow_one_and_one_that_cuts_off_the_others_get_the_tokens_they_get_alone()
    {
        using var served = new ServedModels();
        var file = Path.Combine(SharedData.Root, "models", Model + ".gguf");
        var open = ModelOpening.Load(new ResolvedModel(Model, file, ModelFormats.Gguf, ModelPlace.Path, new FileInfo(file).Length), new ModelSettings(null, null));
        served.Add(open, new EngineOptions { Context = Context, KvMemoryBytes = Pages * open.Loaded.Causal!.State.PageBytes });
        await using var app = GatewayHost.Create(new GatewayOptions { Ports = [0], SendBufferBytes = 16 << 10, SlowReaderTimeout = Patience }, served.Directory);
        await app.StartAsync(Cancel);
        var address = new Uri(app.Urls.Single());
        using var http = new HttpClient { BaseAddress = address, Timeout = Patience };

        var alone = new List<string>();
        for (var number = 0; number < Questions; number++)
            alone.Add(await AnswerAsync(http, Question(number)));
        Assert.Equal(Questions, alone.Distinct().Count());
        var everyPage = Ask(string.Join(' ', Enumerable.Repeat("All day long it rained.", 130)), 1);
        var everyPageAlone = await AnswerAsync(http, everyPage);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var slow = await BeginAsync(address, LongQuestion(), receiveBuffer: 1024);
        var dripping = ReadByteBySecondAsync(slow, stop.Token);
        var cutting = CutOffAsync(address);
        var together = await Task.WhenAll(Enumerable.Range(0, Ordinary).Select(client => AnswerAsync(http, Question(client % Questions)))).WaitAsync(Patience, Cancel);
        await cutting;
        for (var client = 0; client < Ordinary; client++)
            Assert.Equal(alone[client % Questions], together[client]);

        // The slow one's answer comes to a halt; who needs every page gets them all the same.
        for (double before = -1, now = 0; before != now;)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), Cancel);
            (before, now) = (now, await MetricAsync(http, "freehold_engine_generated_tokens_total"));
        }
        Assert.False(dripping.IsCompleted);
        Assert.Equal(1, await HereAsync(http));
        Assert.Equal(everyPageAlone, await AnswerAsync(http, everyPage));
        // A client has its answer's end a moment before the engine has put it away.
        using (var settled = CancellationTokenSource.CreateLinkedTokenSource(Cancel))
        {
            settled.CancelAfter(TimeSpan.FromSeconds(30));
            while (await HereAsync(http) != 1)
                await Task.Delay(20, settled.Token);
        }
        await stop.CancelAsync();
        Assert.InRange(await dripping, 1, Patience.TotalSeconds);

        // Once it is gone nothing is left of it.
        slow.Close(0);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await HereAsync(http) + await MetricAsync(http, "freehold_engine_pages_used") > 0)
            await Task.Delay(20, patience.Token);
        Assert.Equal(alone[3], await AnswerAsync(http, Question(3)));
        await app.StopAsync(Cancel);
    }

    private static JsonObject LongQuestion()
    {
        var question = Question(0);
        (question["max_tokens"], question["top_logprobs"]) = (900, 20);
        question["logit_bias"] = new JsonObject { ["2"] = -100 }; // <|im_end|>: it goes on and on
        return question;
    }

    /// <summary>Everything a client gets but the answer's own name and time: text, tokens, the bits of their log-probabilities, the reason.</summary>
    private static async Task<string> AnswerAsync(HttpClient http, JsonObject question)
    {
        using var response = await http.PostAsJsonAsync("v1/chat/completions", question, Cancel);
        var body = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, body);
        var events = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(text => text.StartsWith("data: ", StringComparison.Ordinal)).Select(text => text[6..]).ToList();
        Assert.Equal("[DONE]", events[^1]);
        // How often the wait for the first token is broken by an event without news depends on the crowd; all else does not.
        return string.Join('\n', events[..^1].Select(text => JsonNode.Parse(text)!["choices"]!.ToJsonString()).Where(choices => !choices.Contains(NoNews, StringComparison.Ordinal)));
    }

    private static async Task<Socket> BeginAsync(Uri address, JsonObject question, int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer > 0)
            socket.ReceiveBufferSize = receiveBuffer;
        await socket.ConnectAsync(address.Host, address.Port, Cancel);
        var body = question.ToJsonString();
        await socket.SendAsync(Encoding.UTF8.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"), Cancel);
        return socket;
    }

    private static async Task<int> ReadByteBySecondAsync(Socket socket, CancellationToken stop)
    {
        var read = 0;
        try
        {
            for (; await socket.ReceiveAsync(new byte[1], stop) == 1; read++)
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
        }
        catch (OperationCanceledException)
        {
        }
        return read;
    }

    private static async Task CutOffAsync(Uri address)
    {
        using var socket = await BeginAsync(address, LongQuestion());
        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (received.ToString().Split("\ndata: ").Length < 5)
            received.Append(Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Cancel)));
        socket.LingerState = new LingerOption(true, 0); // a reset, as when a program is killed
    }

    /// <summary>Streams that run or wait.</summary>
    private static async Task<double> HereAsync(HttpClient http) => await MetricAsync(http, "freehold_engine_streams_running") + await MetricAsync(http, "freehold_engine_queue_length");

    private static async Task<double> MetricAsync(HttpClient http, string name)
    {
        var metrics = await http.GetStringAsync(new Uri("metrics", UriKind.Relative), Cancel);
        var line = metrics.Split('\n').Single(line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains($"\"{Model}\"", StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
