using Freehold.Engine.Lifecycle;
using Freehold.Engine.Refusals;
using Freehold.Engine.Tests.Fakes;
using static Freehold.Engine.Tests.Lifecycle.Asking;
using static Freehold.Engine.Tests.Lifecycle.FakeLoader;

namespace Freehold.Engine.Tests.Lifecycle;

/// <summary>Models that got more keys and values than they cannot do without give them up to another, and have them again.</summary>
public class SharingTests
{
    private readonly FakeLoader _loader = new() { Most = 64 * Megabyte };
    private readonly ManualClock _clock = new();
    private readonly List<FakeSpare> _spares = [];

    public SharingTests() => _loader.Spare = _ =>
    {
        var spare = new FakeSpare(Megabyte);
        lock (_spares)
            _spares.Add(spare);
        return spare;
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // A model of 10 MiB alone gets 20 MiB for keys and values here: half of what is left.
    private ModelPool<FakeModel> Pool() => new(_loader, new PoolOptions { BudgetBytes = 50 * Megabyte, Clock = _clock });

    private static (string, PlacePhase, long)[] Seen(ModelPool<FakeModel> pool) =>
        [.. pool.Look().Places.Select(place => (place.Name, place.Phase, place.Memory!.Value.KeysAndValues / Megabyte)).OrderBy(place => place.Name, StringComparer.Ordinal)];

    // What one gets more is counted before it is told.
    private async Task AskedAsync(params long[] keysAndValues)
    {
        var asked = _spares[0].Asked;
        for (var wait = 0; asked.Count < keysAndValues.Length && wait < 6000; wait++)
            await Task.Delay(5, Cancel);
        Assert.Equal(keysAndValues, asked);
    }

    [Fact]
    public async Task One_in_use_gives_up_what_another_needs_and_has_it_again_when_that_is_gone()
    {
        await using var pool = Pool();
        using var busy = await Take(pool, Of("a", 10));
        Assert.Equal([("a10", PlacePhase.Loaded, 20)], Seen(pool));
        var other = await Take(pool, Of("b", 25));
        Assert.Equal([("a10", PlacePhase.Loaded, 14), ("b25", PlacePhase.Loaded, 1)], Seen(pool)); // 50 - 10 - 25 - the usual 1
        other.Dispose();
        await pool.UnloadAsync("b25");
        await Until(pool, now => now.Places is [{ Memory.KeysAndValues: 20 * Megabyte }] && now.UsedBytes == 30 * Megabyte);
        await AskedAsync(14 * Megabyte, 20 * Megabyte);
        Assert.False(busy.Loaded.Model.IsDisposed);
    }

    [Fact]
    public async Task Who_is_idle_gives_up_rather_than_leaves_and_leaves_where_that_is_not_enough()
    {
        await using var pool = Pool();
        (await Take(pool, Of("a", 10))).Dispose();
        (await Take(pool, Of("b", 25))).Dispose();
        Assert.Equal([("a10", PlacePhase.Loaded, 14), ("b25", PlacePhase.Loaded, 1)], Seen(pool));
        (await Take(pool, Of("c", 45))).Dispose();
        Assert.Equal([("c45", PlacePhase.Loaded, 2)], Seen(pool));
    }

    [Fact]
    public async Task What_is_pinned_stays_and_gives_up_too()
    {
        await using var pool = Pool();
        (await Take(pool, Of("a", 10))).Dispose();
        await pool.PinAsync("a10", pinned: true);
        Assert.Equal(19 * Megabyte, pool.Look().LeavableBytes);
        using var other = await Take(pool, Of("b", 38));
        Assert.Equal([("a10", PlacePhase.Loaded, 1), ("b38", PlacePhase.Loaded, 1)], Seen(pool));
        Assert.Equal((0, 50 * Megabyte), (pool.Look().LeavableBytes, pool.Look().UsedBytes));
        Assert.Equal(UnavailableReason.NeverFits, (await Assert.ThrowsAsync<ModelUnavailableException>(() => Take(pool, Of("c", 39)))).Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_does_not_give_what_it_said_is_asked_once_and_the_other_is_refused(bool throws)
    {
        await using var pool = Pool();
        using var busy = await Take(pool, Of("a", 10));
        _spares[0].Gives = _ => throws ? throw new InvalidOperationException("not now") : Task.FromResult(18 * Megabyte);
        for (var time = 0; time < 2; time++)
            Assert.Equal(UnavailableReason.NoRoom, (await Assert.ThrowsAsync<ModelUnavailableException>(() => Take(pool, Of("b", 25)))).Reason);
        Assert.Single(_spares[0].Asked, 14 * Megabyte);
        Assert.Equal([("a10", PlacePhase.Loaded, throws ? 20 : 18)], Seen(pool));
    }

    [Fact]
    public async Task What_was_given_up_for_a_load_that_fails_or_that_nobody_wants_any_more_comes_back()
    {
        await using var pool = Pool();
        using var busy = await Take(pool, Of("a", 10));
        _loader.Before = (_, _) => throw new InvalidDataException("damaged");
        await Assert.ThrowsAsync<ModelUnavailableException>(() => Take(pool, Of("b", 25)));
        await Until(pool, now => now.Places.Any(place => place is { Name: "a10", Memory.KeysAndValues: 20 * Megabyte }));
        await AskedAsync(14 * Megabyte, 20 * Megabyte);

        var go = new TaskCompletionSource();
        _spares[0].Gives = async asked =>
        {
            await go.Task;
            return asked;
        };
        using var impatient = new CancellationTokenSource();
        var waiting = pool.AcquireAsync(Of("c", 25), null, impatient.Token);
        await AskedAsync(14 * Megabyte, 20 * Megabyte, 14 * Megabyte);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        go.SetResult();
        await Until(pool, now => now.Places.All(place => place.Name != "c25") && now.Places.Any(place => place is { Name: "a10", Memory.KeysAndValues: 20 * Megabyte }));
        await AskedAsync(14 * Megabyte, 20 * Megabyte, 14 * Megabyte, 20 * Megabyte);
    }

    [Fact]
    public async Task Among_32_clients_at_random_the_budget_holds_and_what_models_have_is_what_they_were_told()
    {
        await using var pool = Pool();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            for (var round = 0; round < 50; round++)
            {
                try
                {
                    using var lease = await Take(pool, Of("abcde"[random.Next(5)].ToString(), random.Next(2) == 0 ? 5 : 15));
                    await Task.Yield();
                    Assert.False(lease.Loaded.Model.IsDisposed);
                    Assert.InRange(pool.Look().UsedBytes, 0, 50 * Megabyte);
                    if (random.Next(10) == 0)
                        _ = pool.UnloadAsync(lease.Loaded.Model.Version.Name);
                }
                catch (ModelUnavailableException no) when (no.Reason == UnavailableReason.NoRoom)
                {
                }
            }
        }, Cancel)));
        await Until(pool, now => now.Places.All(place => place is { Requests: 0, Phase: PlacePhase.Loaded }));
        Assert.Contains(_spares, spare => !spare.Asked.IsEmpty);
        Assert.All(pool.Look().Places, place => Assert.Equal(((FakeSpare)place.Loaded!.Spare!).Asked.LastOrDefault(place.Loaded.Memory.KeysAndValues), place.Memory!.Value.KeysAndValues));
    }
}
