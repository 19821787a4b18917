using Freehold.Engine.Lifecycle;
using Freehold.Engine.Refusals;
using Freehold.Engine.Tests.Fakes;
using static Freehold.Engine.Tests.Lifecycle.Asking;
using static Freehold.Engine.Tests.Lifecycle.FakeLoader;

namespace Freehold.Engine.Tests.Lifecycle;

/// <summary>Loads that fail, requesters that go away, files that change, and the end.</summary>
public class FailingLoadTests
{
    private readonly FakeLoader _loader = new();
    private readonly ManualClock _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ModelPool<FakeModel> Pool(int megabytes) => new(_loader, new PoolOptions { BudgetBytes = megabytes * Megabyte, Clock = _clock });

    [Fact]
    public async Task A_load_that_fails_tells_all_who_wait_why_and_is_not_tried_again_at_once()
    {
        _loader.Before = (_, _) => throw new InsufficientMemoryException("the system refused the memory.");
        await using var pool = Pool(100);
        var all = Enumerable.Range(0, 32).Select(_ => Take(pool, Of(10))).ToList();
        foreach (var waiting in all)
        {
            var failure = await Assert.ThrowsAsync<ModelUnavailableException>(() => waiting);
            Assert.Equal(UnavailableReason.LoadFailed, failure.Reason);
            Assert.Equal("'m10' could not be loaded: the system refused the memory. It is tried again in 5 s at the earliest, or at once when its file changes", failure.Message);
            Assert.Equal(TimeSpan.FromSeconds(5), failure.RetryAfter);
        }
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(3), (await Assert.ThrowsAsync<ModelUnavailableException>(() => Take(pool, Of(10)))).RetryAfter);
        Assert.Single(_loader.Loads);
        Assert.Equal((PlacePhase.Failed, 0L), (pool.Look().Places.Single().Phase, pool.Look().UsedBytes));

        // Each failure doubles the wait; a success ends it.
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(10), (await Assert.ThrowsAsync<ModelUnavailableException>(() => Take(pool, Of(10)))).RetryAfter);
        _loader.Before = (_, _) => Task.CompletedTask;
        _clock.Advance(TimeSpan.FromSeconds(10));
        (await Take(pool, Of(10))).Dispose();
        Assert.Null(pool.Look().Places.Single().Failure);
    }

    [Fact]
    public async Task Another_version_of_the_files_is_tried_at_once()
    {
        await using var pool = Pool(100);
        await Assert.ThrowsAsync<ModelUnavailableException>(() => Take(pool, Of(10, "damaged")));
        using var mended = await Take(pool, Of(10, "mended"));
        Assert.Equal("mended", mended.Loaded.Model.Version.Version);
    }

    [Fact]
    public async Task A_requester_that_goes_away_does_not_end_the_load_for_the_others()
    {
        var go = new TaskCompletionSource();
        _loader.Before = (_, _) => go.Task;
        await using var pool = Pool(100);
        using var impatient = new CancellationTokenSource();
        var first = pool.AcquireAsync(Of(10), null, impatient.Token);
        var second = Take(pool, Of(10));
        var queued = pool.AcquireAsync(Of(20), null, impatient.Token);
        await Until(pool, now => now.Places.Count == 2 && now.Places[0].Step is { Fraction: not null });
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        go.SetResult();
        (await second).Dispose();
        // What nobody waits for is not loaded, and a lease that nobody took is given back.
        await Until(pool, now => now.Places is [{ Name: "m10", Requests: 0 }]);
        Assert.Single(_loader.Loads);
    }

    [Fact]
    public async Task A_new_version_is_loaded_beside_the_old_which_serves_until_then_and_drains()
    {
        var go = new TaskCompletionSource();
        await using var pool = Pool(30);
        var old = await Take(pool, Of(10));
        _loader.Before = (_, _) => go.Task;
        var meanwhile = await Take(pool, Of(10, "2")); // asked for the new one, and did not wait
        Assert.Same(old.Loaded.Model, meanwhile.Loaded.Model);
        await Until(pool, now => now.Places.Any(place => place is { Phase: PlacePhase.Loading, Version: "2", Step.Fraction: not null }));
        go.SetResult();
        await Until(pool, now => now.Places.Any(place => place is { Phase: PlacePhase.Leaving, Version: "1", Requests: 2 }));
        using var current = await Take(pool, Of(10, "2"));
        Assert.Equal("2", current.Loaded.Model.Version.Version);
        old.Dispose();
        Assert.False(old.Loaded.Model.IsDisposed);
        meanwhile.Dispose();
        await Until(pool, now => now.Places is [{ Version: "2" }]);
        Assert.True(old.Loaded.Model.IsDisposed);
    }

    [Fact]
    public async Task Without_room_for_both_the_old_version_ends_its_requests_first_and_later_ones_wait()
    {
        await using var pool = Pool(15);
        var old = await Take(pool, Of(10));
        var last = await Take(pool, Of(10, "2"));
        Assert.Same(old.Loaded.Model, last.Loaded.Model);
        await Until(pool, now => now.Places.Any(place => place.Phase == PlacePhase.Leaving));
        var waits = Take(pool, Of(10, "2"));
        old.Dispose();
        last.Dispose();
        using var current = await waits;
        Assert.Equal("2", current.Loaded.Model.Version.Version);
    }

    [Fact]
    public async Task A_new_version_that_cannot_be_loaded_leaves_the_old_one_serving()
    {
        await using var pool = Pool(15);
        (await Take(pool, Of(10))).Dispose();
        for (var request = 0; request < 3; request++)
        {
            using var lease = await Take(pool, Of(10, "damaged"));
            Assert.Equal("1", lease.Loaded.Model.Version.Version);
            await Until(pool, now => now.Places is [{ Phase: PlacePhase.Loaded, Failure: "its header is damaged" }]);
        }
        Assert.Single(_loader.Loads);
    }

    [Fact]
    public async Task Closing_ends_everything_and_tells_who_waits()
    {
        var pool = Pool(100);
        var held = await Take(pool, Of(10));
        _loader.Before = (_, cancel) => Task.Delay(Timeout.Infinite, cancel);
        var waiting = Take(pool, Of(20));
        var queued = Take(pool, Of(30));
        await Until(pool, now => now.Places.Any(place => place is { Name: "m20", Step.Fraction: not null }));
        await pool.DisposeAsync();
        foreach (var told in new[] { waiting, queued, Take(pool, Of(40)) })
            Assert.Equal(UnavailableReason.Closing, (await Assert.ThrowsAsync<ModelUnavailableException>(() => told)).Reason);
        Assert.True(held.Loaded.Model.IsDisposed);
        held.Dispose(); // late, and harmless
    }

    /// <summary>Whatever comes in whatever order: never more memory than there is, never a model that is closed under who holds it, never two loads of one version.</summary>
    [Fact]
    public async Task Among_32_clients_that_want_different_models_at_random_nobody_holds_a_closed_model_and_the_budget_holds()
    {
        await using var pool = Pool(25);
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, 32).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            for (var round = 0; round < 50; round++)
            {
                try
                {
                    using var lease = await Take(pool, Of("abcde"[random.Next(5)].ToString(), random.Next(2) == 0 ? 5 : 9, random.Next(20) == 0 ? "2" : "1"));
                    await Task.Yield();
                    Assert.False(lease.Loaded.Model.IsDisposed);
                    Assert.InRange(pool.Look().UsedBytes, 0, 25 * Megabyte);
                    if (random.Next(10) == 0)
                        _ = pool.UnloadAsync(lease.Loaded.Model.Version.Name);
                    await Task.Yield();
                    Assert.False(lease.Loaded.Model.IsDisposed);
                }
                catch (ModelUnavailableException no) when (no.Reason == UnavailableReason.NoRoom)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }, Cancel)));
        await Until(pool, now => now.Places.All(place => place is { Requests: 0, Phase: not PlacePhase.Loading }));
        Assert.InRange(refused, 0, 32 * 50 - 1);
    }
}
