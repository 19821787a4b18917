using Freehold.Engine.Lifecycle;

namespace Freehold.Engine.Tests.Lifecycle;

/// <summary>How tests ask a pool and watch it.</summary>
internal static class Asking
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<PoolLease<FakeModel>> Take(ModelPool<FakeModel> pool, ModelVersion model, TimeSpan? keepAlive = null) => pool.AcquireAsync(model, keepAlive, Cancel);

    /// <summary>Waits until a snapshot is as it should be; half a minute is too long.</summary>
    public static async Task<PoolSnapshot<FakeModel>> Until(ModelPool<FakeModel> pool, Func<PoolSnapshot<FakeModel>, bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var now = pool.Look();
        while (!holds(now))
            now = await pool.ChangedAsync(now.Version, patience.Token);
        return now;
    }
}
