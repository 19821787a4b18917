using Freehold.Engine.Lifecycle;
using Freehold.Engine.Refusals;
using Freehold.Engine.Tests.Fakes;
using static Freehold.Engine.Tests.Lifecycle.Asking;
using static Freehold.Engine.Tests.Lifecycle.FakeLoader;

namespace Freehold.Engine.Tests.Lifecycle;

/// <summary>Who is loaded, who waits, who leaves.</summary>
public class ModelPoolTests
{
    private readonly FakeLoader _loader = new();
    private readonly ManualClock _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ModelPool<FakeModel> Pool(int megabytes, TimeSpan? keepAlive = null) =>
        new(_loader, new PoolOptions { BudgetBytes = megabytes * Megabyte, Clock = _clock, KeepAlive = keepAlive ?? TimeSpan.FromMinutes(5) });

    private static string[] Loaded(PoolSnapshot<FakeModel> now) => [.. now.Places.Where(place => place.Phase == PlacePhase.Loaded).Select(place => place.Name).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Many_who_want_an_unloaded_model_load_it_once()
    {
        var go = new TaskCompletionSource();
        _loader.Before = (_, _) => go.Task;
        await using var pool = Pool(100);
        var all = Enumerable.Range(0, 32).Select(_ => Take(pool, Of(10))).ToList();
        await Until(pool, now => now.Places is [{ Phase: PlacePhase.Loading, Requests: 32, Step: { What: "loading", Fraction: 0.5 } }]);
        go.SetResult();
        var leases = await Task.WhenAll(all);
        Assert.Single(_loader.Loads);
        Assert.Single(leases.Select(lease => lease.Loaded.Model).Distinct());
        Assert.Equal(32, (await Until(pool, now => now.Places is [{ Phase: PlacePhase.Loaded }])).Places[0].Requests);
        foreach (var lease in leases)
        {
            lease.Dispose();
            lease.Dispose(); // the second does nothing
        }
        await Until(pool, now => now.Places[0].Requests == 0);
    }

    [Fact]
    public async Task The_longest_unused_leaves_to_make_room_and_one_that_is_held_never_does()
    {
        await using var pool = Pool(35);
        (await Take(pool, Of("a", 10))).Dispose();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await Take(pool, Of("b", 10))).Dispose();
        _clock.Advance(TimeSpan.FromSeconds(1));
        var held = await Take(pool, Of("a", 10)); // a was used after b now
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await Take(pool, Of("c", 10))).Dispose();
        Assert.Equal(["a10", "b10", "c10"], Loaded(await Until(pool, now => Loaded(now).Length == 3)));
        (await Take(pool, Of("d", 10))).Dispose();
        Assert.Equal(["a10", "c10", "d10"], Loaded(await Until(pool, now => now.Places.Count == 3)));
        (await Take(pool, Of("e", 20))).Dispose();
        Assert.Equal(["a10", "e20"], Loaded(await Until(pool, now => now.Places.Count == 2)));
        Assert.False(held.Loaded.Model.IsDisposed);

        // Only what is held is left: a clear no, with the numbers, and nobody was sent away for nothing.
        var refused = await Assert.ThrowsAsync<ModelUnavailableException>(() => Take(pool, Of("f", 25)));
        Assert.Equal(UnavailableReason.NoRoom, refused.Reason);
        Assert.NotNull(refused.RetryAfter);
        Assert.Equal("'f25' needs 26.0 MiB of memory (weights 25.0 MiB, workspace 0.0 MiB, keys and values at least 1.0 MiB); the budget is 35.0 MiB, 3.0 MiB of it free; "
            + "it is taken by 'a10' 11.0 MiB (in use by 1), 'e20' 21.0 MiB (leaving). Try again when one of them has ended", refused.Message);
        Assert.Equal(["a10", "e20"], Loaded(pool.Look()));
        held.Dispose();
        (await Take(pool, Of("f", 25))).Dispose();
        Assert.True(held.Loaded.Model.IsDisposed);
    }

    [Fact]
    public async Task What_can_never_fit_is_told_so_and_no_retry_is_offered()
    {
        await using var pool = Pool(30);
        var tooLarge = await Assert.ThrowsAsync<ModelUnavailableException>(() => Take(pool, Of(30)));
        Assert.Equal((UnavailableReason.NeverFits, null), (tooLarge.Reason, tooLarge.RetryAfter));
        await pool.PinAsync("m10", pinned: true);
        (await Take(pool, Of(10))).Dispose();
        var besidePinned = await Assert.ThrowsAsync<ModelUnavailableException>(() => Take(pool, Of(20)));
        Assert.Equal((UnavailableReason.NeverFits, null), (besidePinned.Reason, besidePinned.RetryAfter));
        Assert.Contains("'m10' 11.0 MiB (pinned)", besidePinned.Message, StringComparison.Ordinal);
        Assert.Equal(["m10"], Loaded(pool.Look()));
        await pool.PinAsync("m10", pinned: false);
        (await Take(pool, Of(20))).Dispose();
        Assert.Equal(["m20"], Loaded(await Until(pool, now => now.Places.Count == 1)));
    }

    [Fact]
    public async Task A_model_that_nobody_uses_goes_when_its_time_is_over()
    {
        await using var pool = Pool(100);
        var lease = await Take(pool, Of(1));
        (await Take(pool, Of(2), TimeSpan.FromHours(1))).Dispose();
        (await Take(pool, Of(3), Timeout.InfiniteTimeSpan)).Dispose();
        _clock.Advance(TimeSpan.FromMinutes(20));
        lease.Dispose();
        var now = await Until(pool, now => now.Places.Count == 3 && now.Places.All(place => place.Requests == 0));
        var expires = now.Places.ToDictionary(place => place.Name, place => place.ExpiresAt);
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromMinutes(5), expires["m1"]);
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromMinutes(40), expires["m2"]);
        Assert.Null(expires["m3"]);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(["m2", "m3"], Loaded(await Until(pool, now => now.Places.Count == 2)));
        Assert.True(lease.Loaded.Model.IsDisposed);
        _clock.Advance(TimeSpan.FromMinutes(35));
        Assert.Equal(["m3"], Loaded(await Until(pool, now => now.Places.Count == 1)));
        // What stays by request alone goes by request.
        (await Take(pool, Of(3), TimeSpan.Zero)).Dispose();
        await Until(pool, now => now.Places.Count == 0 && now.UsedBytes == 0);
    }

    [Fact]
    public async Task Zero_keeps_a_model_as_long_as_anybody_holds_it_and_not_longer()
    {
        await using var pool = Pool(100);
        var first = await Take(pool, Of(1), TimeSpan.Zero);
        var second = await Take(pool, Of(1), TimeSpan.Zero);
        Assert.Same(first.Loaded.Model, second.Loaded.Model);
        first.Dispose();
        await Until(pool, now => now.Places is [{ Requests: 1, Phase: PlacePhase.Loaded }]);
        second.Dispose();
        await Until(pool, now => now.Places.Count == 0);
        Assert.True(first.Loaded.Model.IsDisposed);
    }

    [Fact]
    public async Task Unloading_waits_for_those_who_hold_it_and_who_comes_then_gets_it_anew()
    {
        await using var pool = Pool(15);
        var old = await Take(pool, Of(10));
        var unloading = pool.UnloadAsync("m10");
        await Until(pool, now => now.Places is [{ Phase: PlacePhase.Leaving }]);
        var next = Take(pool, Of(10)); // no room for a second one: it waits
        await Until(pool, now => now.Places.Count == 2);
        Assert.False(unloading.IsCompleted);
        Assert.False(old.Loaded.Model.IsDisposed);
        old.Dispose();
        await unloading;
        using var again = await next;
        Assert.True(old.Loaded.Model.IsDisposed);
        Assert.NotSame(old.Loaded.Model, again.Loaded.Model);
        Assert.Equal(2, _loader.Loads.Count);
        await pool.UnloadAsync("never heard of");
    }

    [Fact]
    public async Task What_its_owner_pinned_is_not_unloaded()
    {
        await using var pool = Pool(15);
        await pool.PinAsync("m10", pinned: true);
        (await Take(pool, Of(10), TimeSpan.Zero)).Dispose();
        var refused = await Assert.ThrowsAsync<ModelUnavailableException>(() => pool.UnloadAsync("m10"));
        Assert.Equal(UnavailableReason.Pinned, refused.Reason);
        Assert.Equal(["m10"], Loaded(pool.Look()));
    }

    [Fact]
    public async Task Idle_models_leave_so_that_a_whole_context_fits_and_half_of_what_is_left_is_given()
    {
        (_loader.Usual, _loader.Most) = (20 * Megabyte, 400 * Megabyte);
        await using var pool = Pool(200);
        using (var roomy = await Take(pool, Of(100)))
            Assert.Equal(50 * Megabyte, roomy.Loaded.Model.Grant.KeysAndValues); // half of 100
        using (var less = await Take(pool, Of(20)))
            Assert.Equal(20 * Megabyte, less.Loaded.Model.Grant.KeysAndValues); // a whole context, more than half of 30
        using var most = await Take(pool, Of(50));
        Assert.Equal(["m20", "m50"], Loaded(await Until(pool, now => now.Places.Count == 2)));
        Assert.Equal((200 - 40 - 50) / 2 * Megabyte, most.Loaded.Model.Grant.KeysAndValues);
        using var scant = await Take(pool, Of(80)); // m20 leaves; what is held leaves 95: 15 for keys and values
        Assert.Equal(15 * Megabyte, scant.Loaded.Model.Grant.KeysAndValues);
    }
}
