using Freehold.Engine.Lifecycle;
using Freehold.Engine.Refusals;
using static Freehold.Engine.Tests.Lifecycle.FakeLoader;

namespace Freehold.Engine.Tests.Lifecycle;

/// <summary>Who has been answered finds what he was told wherever he looks: a list that is read behind an unload does not show the model.</summary>
public class ToldTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_has_been_answered_is_seen_by_who_looks_at_once()
    {
        // The pool looks at the clock behind each turn while something is loaded: an answer given before that would be there first by far.
        await using var pool = new ModelPool<FakeModel>(new FakeLoader(), new PoolOptions { BudgetBytes = 100 * Megabyte, Clock = new SlowClock() });
        using var other = await pool.AcquireAsync(Of("b", 20), null, Cancel);
        PlaceSnapshot<FakeModel>? Seen() => pool.Look().Places.SingleOrDefault(place => place.Name == "a10");

        var lease = await pool.AcquireAsync(Of("a", 10), null, Cancel);
        Assert.Equal((PlacePhase.Loaded, 1), (Seen()?.Phase, Seen()?.Requests));
        lease.Dispose();
        await pool.PinAsync("a10", pinned: true);
        Assert.Equal((true, 0), (Seen()?.Pinned, Seen()?.Requests));
        await pool.PinAsync("a10", pinned: false);
        Assert.False(Seen()?.Pinned);
        await pool.UnloadAsync("a10");
        Assert.Null(Seen());
        Assert.Equal(other.Loaded.Memory.Total, pool.Look().UsedBytes);

        await Assert.ThrowsAsync<ModelUnavailableException>(() => pool.AcquireAsync(Of("a", 10, "damaged"), null, Cancel));
        Assert.Equal(PlacePhase.Failed, Seen()?.Phase);
    }

    private sealed class SlowClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            Thread.Sleep(20);
            return base.GetUtcNow();
        }
    }
}
