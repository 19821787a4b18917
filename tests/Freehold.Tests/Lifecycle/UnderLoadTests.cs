namespace Freehold.Tests.Lifecycle;

/// <summary>
/// Thirty-two streams while models are replaced, unloaded, driven out, fail to load and end with the server: each stream gets the tokens it gets alone, or ends with
/// an error that has a reason.
/// </summary>
public class UnderLoadTests
{
    private const int Streams = 32, Seeds = 8;
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<string[]> AloneAsync(LiveBox box, string model, int tokens = 40)
    {
        var alone = new string[Seeds];
        for (var seed = 0; seed < Seeds; seed++)
        {
            var (text, code, message) = await box.StreamAsync(model, seed, tokens);
            Assert.True(code is null, message);
            alone[seed] = text;
        }
        Assert.Equal(Seeds, alone.Distinct().Count());
        return alone;
    }

    /// <summary>Thirty-two clients ask again and again until the disturbance is over, and once more; each answer goes to the check.</summary>
    private static async Task CrowdAsync(Task disturbance, Func<int, Task> ask)
    {
        var clients = Enumerable.Range(0, Streams).Select(client => Task.Run(async () =>
        {
            for (var last = false; !last; last = disturbance.IsCompleted)
                await ask(client);
            await ask(client);
        }, Cancel)).ToList();
        await disturbance;
        await Task.WhenAll(clients);
    }

    [Fact]
    public async Task While_a_models_file_is_replaced_every_answer_is_wholly_of_the_old_one_or_wholly_of_the_new()
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float), ("b", LiveBox.Quantised)]);
        var (floats, quantised) = (await AloneAsync(box, "a"), await AloneAsync(box, "b"));
        Assert.InRange(Enumerable.Range(0, Seeds).Count(seed => floats[seed] != quantised[seed]), Seeds / 2, Seeds); // few seeds may give both the same
        var (ofNew, ofOld) = (0, 0);

        async Task Ask(int client)
        {
            var (text, code, message) = await box.StreamAsync("a", client % Seeds);
            Assert.True(code is null, message);
            var (isOld, isNew) = (text == floats[client % Seeds], text == quantised[client % Seeds]);
            Assert.True(isOld || isNew, $"neither the old model's answer nor the new one's: {text}");
            if (isOld != isNew)
                Interlocked.Increment(ref isNew ? ref ofNew : ref ofOld);
        }
        async Task Swap()
        {
            await Task.Delay(200, Cancel);
            box.Replace("a", LiveBox.Quantised);
            while (Volatile.Read(ref ofNew) == 0)
                await Task.Delay(50, Cancel);
        }
        await CrowdAsync(Swap(), Ask);
        Assert.True(ofOld > 0);
        Assert.Equal(quantised[0], (await box.StreamAsync("a", 0)).Text);
        Assert.Equal(2, (await box.LoadedAsync()).Length);
    }

    [Fact]
    public async Task While_a_model_is_unloaded_again_and_again_every_answer_is_whole()
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float)]);
        var alone = await AloneAsync(box, "a");
        async Task Unload()
        {
            for (var time = 0; time < 5; time++)
            {
                var (status, body) = await box.SendAsync("POST", "api/generate", new { model = "a", keep_alive = 0 });
                Assert.Equal((200, "unload"), (status, (string)body!["done_reason"]!));
                await Task.Delay(20, Cancel);
            }
        }
        await CrowdAsync(Unload(), async client =>
        {
            var (text, code, message) = await box.StreamAsync("a", client % Seeds);
            Assert.True(code is null, message);
            Assert.Equal(alone[client % Seeds], text);
        });
    }

    [Fact]
    public async Task While_models_drive_each_other_out_every_answer_is_whole_or_refused_with_the_numbers()
    {
        // Room for two of four.
        string[] names = ["a", "b", "c", "d"];
        var room = 2 * Math.Max(LiveBox.Usual(LiveBox.Float), LiveBox.Usual(LiveBox.Quantised)) + (1 << 20);
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float), ("b", LiveBox.Quantised), ("c", LiveBox.Float), ("d", LiveBox.Quantised)], room);
        var alone = new Dictionary<string, string[]>();
        foreach (var name in names)
            alone[name] = await AloneAsync(box, name);
        var phase = 0;
        var answered = new int[names.Length];
        // The crowd moves on from two models to the next two, as soon as one of these has answered.
        async Task MoveOn()
        {
            for (; phase < 4; phase++)
            {
                var next = (phase + 1) % names.Length;
                for (var before = Volatile.Read(ref answered[next]); Volatile.Read(ref answered[next]) == before;)
                {
                    var pool = await box.GetAsync("api/ps");
                    Assert.InRange((long)pool["memory_used"]!, 0, (long)pool["memory_budget"]!);
                    await Task.Delay(25, Cancel);
                }
            }
        }
        await CrowdAsync(MoveOn(), async client =>
        {
            var which = (Volatile.Read(ref phase) + client % 2) % names.Length;
            var model = names[which];
            var (text, code, message) = await box.StreamAsync(model, client % Seeds);
            if (code is null)
            {
                Assert.Equal(alone[model][client % Seeds], text);
                Interlocked.Increment(ref answered[which]);
                return;
            }
            Assert.Equal("no_memory_now", code);
            Assert.Contains("in use by", message, StringComparison.Ordinal);
            await Task.Delay(20, Cancel);
        });
        Assert.All(answered, count => Assert.True(count > 0));
    }

    [Fact]
    public async Task A_model_that_is_never_idle_makes_room_for_another_and_has_its_memory_again()
    {
        // Room for both with one whole context each; the first alone takes more than that.
        var room = LiveBox.Usual(LiveBox.Float) + LiveBox.Usual(LiveBox.Quantised) + (1 << 20);
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float), ("b", LiveBox.Quantised)], room);
        var alone = await AloneAsync(box, "a");
        async Task<long> OfAAsync() => (long)(await box.GetAsync("api/ps"))["models"]!.AsArray().Single(model => (string)model!["name"]! == "a:latest")!["size"]!;
        var before = await OfAAsync();
        Assert.InRange(before, room - LiveBox.Usual(LiveBox.Quantised) + 1, room);

        async Task Other()
        {
            var (text, code, message) = await box.StreamAsync("b", 0);
            Assert.True(code is null && text.Length > 0, message);
            Assert.Equal(2, (await box.LoadedAsync()).Length);
            Assert.InRange(await OfAAsync(), 1, before - 1);
            await box.Pool.Models.UnloadAsync("b", Cancel);
            while (await OfAAsync() < before)
                await Task.Delay(20, Cancel);
        }
        await CrowdAsync(Other(), async client =>
        {
            var (text, code, message) = await box.StreamAsync("a", client % Seeds);
            Assert.True(code is null, message);
            Assert.Equal(alone[client % Seeds], text);
        });
    }

    [Fact]
    public async Task While_others_fail_to_load_the_streams_of_a_loaded_model_are_not_touched()
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float), ("large", "models/SmolLM2-135M-Instruct-Q4_1.gguf"), ("damaged", LiveBox.Float)], 64L << 20);
        using (var damaged = File.OpenWrite(Path.Combine(box.Folder, "damaged.gguf")))
            damaged.SetLength(damaged.Length / 2);
        var alone = await AloneAsync(box, "a");
        async Task Fail()
        {
            for (var time = 0; time < 4; time++)
            {
                var (_, code, message) = await box.StreamAsync("large", 0);
                Assert.Equal("model_does_not_fit", code);
                Assert.Contains("the budget is 64.0 MiB", message, StringComparison.Ordinal);
                (_, code, message) = await box.StreamAsync("damaged", 0);
                Assert.Equal("model_load_failed", code);
                Assert.Contains("'damaged' could not be loaded", message, StringComparison.Ordinal);
            }
        }
        await CrowdAsync(Fail(), async client =>
        {
            var (text, code, message) = await box.StreamAsync("a", client % Seeds);
            Assert.True(code is null, message);
            Assert.Equal(alone[client % Seeds], text);
        });
        // What cannot be read is not offered, and what does not fit is not loaded; neither is forgotten.
        Assert.Equal(["a", "large"], (await box.GetAsync("v1/models"))["data"]!.AsArray().Select(model => (string)model!["id"]!).Order());
        Assert.Equal(["a:latest"], await box.LoadedAsync());
    }

    [Fact]
    public async Task When_the_models_are_closed_every_stream_ends_whole_or_with_a_reason()
    {
        await using var box = await LiveBox.StartAsync([("a", LiveBox.Float)]);
        var alone = await AloneAsync(box, "a", 230);
        var streams = Enumerable.Range(0, Streams).Select(client => box.StreamAsync("a", client % Seeds, 230)).ToList();
        while ((int)((await box.GetAsync("api/ps"))["models"]![0]!["requests"]!) < Streams / 2 && !streams.TrueForAll(stream => stream.IsCompleted))
            await Task.Delay(5, Cancel);
        await box.Pool.DisposeAsync();
        var ended = await Task.WhenAll(streams);
        for (var client = 0; client < Streams; client++)
        {
            var (text, code, message) = ended[client];
            Assert.StartsWith(text, alone[client % Seeds], StringComparison.Ordinal);
            if (code is null)
                Assert.Equal(alone[client % Seeds], text);
            else
                Assert.Equal(("stopping", true), (code, message!.Contains("try again", StringComparison.Ordinal)));
        }
    }
}
