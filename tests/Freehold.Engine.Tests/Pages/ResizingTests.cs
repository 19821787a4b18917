using System.Runtime.InteropServices;
using Freehold.Engine.Pages;
using Freehold.Engine.Tests.Fakes;
using Freehold.Kernels.Machine;

namespace Freehold.Engine.Tests.Pages;

/// <summary>Fewer pages for other models' sake, and more again, while answers are under way.</summary>
public class ResizingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public unsafe void Memory_that_is_given_up_goes_back_to_the_system_and_comes_back_empty()
    {
        Assert.SkipUnless(UnusedMemory.CanBeGivenBack, "this system takes no memory back from a process that keeps its addresses");
        const int pages = 64;
        const long pageBytes = (1 << 20) + 512; // odd: the system's pages lie across ours
        using var pool = new KvPool(pageBytes, pages);
        for (var page = 0; page < pages; page++)
        {
            Assert.True(pool.TryTake(out var taken));
            new Span<byte>(pool.Memory.Base + taken * pageBytes, (int)pageBytes).Fill((byte)(page + 1));
        }
        Assert.False(pool.TryGiveUp());
        Assert.InRange(Resident(pool, pages * pageBytes), pages * (1L << 20), long.MaxValue);
        for (var page = 0; page < pages; page += 2)
        {
            pool.LetGo(page);
            pool.GiveBack(page);
        }
        for (var page = 0; page < pages; page += 2)
            Assert.True(pool.TryGiveUp());
        Assert.False(pool.TryGiveUp());
        Assert.Equal((pages / 2, 0, pages / 2 * pageBytes), (pool.Pages, pool.Free, pool.TouchedBytes));
        Assert.InRange(Resident(pool, pages * pageBytes), pages / 2 * pageBytes, pages / 2 * (pageBytes + 2 * Environment.SystemPageSize)); // ends of pages beside those in use
        Assert.False(pool.TryTake(out _));
        for (var page = 1; page < pages; page += 2)
            Assert.Equal(-1, new Span<byte>(pool.Memory.Base + page * pageBytes, (int)pageBytes).IndexOfAnyExcept((byte)(page + 1))); // neighbours keep what they hold
        while (pool.TryRegain()) { }
        Assert.Equal((pages, pages / 2), (pool.Pages, pool.Free));
        for (var page = 0; page < pages; page += 2)
        {
            Assert.True(pool.TryTake(out var taken));
            Assert.Equal(-1, new Span<byte>(pool.Memory.Base + taken * pageBytes, (int)pageBytes).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public async Task Streams_under_way_get_the_same_tokens_whatever_they_lose_and_have_again()
    {
        Assert.SkipUnless(UnusedMemory.CanBeGivenBack, "this system takes no memory back from a process that keeps its addresses");
        using var bench = new Bench(Bench.Small(pages: 160), model: new RememberingModel(258, context: 640));
        Assert.Equal(10 * Bench.PageBytes, bench.Engine.LeastKvBytes);
        var random = new Random(1);
        var requests = Enumerable.Range(0, 64).Select(i => Bench.Request(Bench.Prompt(i / 2, 20 + random.Next(300)), 20 + random.Next(280), client: $"c{i % 9}", tenant: $"t{i % 3}")).ToArray();
        var answers = Task.WhenAll(requests.Select(request => Bench.Tokens(bench.Engine.Submit(request, Cancellation))));
        var times = 0;
        do
        {
            var pages = random.Next(10, 161);
            Assert.Equal(pages * Bench.PageBytes, await bench.Engine.ResizeAsync(pages * Bench.PageBytes));
            Assert.True(bench.Engine.Core.Pages.Total == pages, "a change that was told had not come");
            Assert.InRange(bench.Engine.Core.Pages.InUse, 0, pages);
            times++;
        }
        while (!answers.IsCompleted);
        for (var i = 0; i < requests.Length; i++)
            Assert.Equal(await Bench.Alone(requests[i]), (await answers)[i]);
        Assert.True(times > 1 && bench.Engine.Core.Interruptions > 0, $"{times} changes, {bench.Engine.Core.Interruptions} interruptions: the test is meant to have both");
    }

    [Fact]
    public async Task With_the_least_a_whole_context_is_served_and_cached_prefixes_are_gone()
    {
        Assert.SkipUnless(UnusedMemory.CanBeGivenBack, "this system takes no memory back from a process that keeps its addresses");
        using var bench = new Bench(Bench.Small(pages: 40), model: new RememberingModel(258, context: 640));
        var request = Bench.Request(Bench.Prompt(1, 500), 139);
        var before = await Bench.All(bench.Engine.Submit(request, Cancellation));
        Assert.Equal(10 * Bench.PageBytes, await bench.Engine.ResizeAsync(0)); // never less
        var other = Bench.Request(Bench.Prompt(2, 500), 139);
        Assert.Equal(await Bench.Alone(other), await Bench.Tokens(bench.Engine.Submit(other, Cancellation)));
        var again = await Bench.All(bench.Engine.Submit(request, Cancellation));
        Assert.Equal(0, again[^1].Usage.CachedTokens);
        Assert.Equal(before.Select(update => update.TokenId), again.Select(update => update.TokenId));
        Assert.Equal(40 * Bench.PageBytes, await bench.Engine.ResizeAsync(long.MaxValue)); // never more
    }

    [Fact]
    public async Task Of_two_changes_before_one_step_the_second_counts()
    {
        Assert.SkipUnless(UnusedMemory.CanBeGivenBack, "this system takes no memory back from a process that keeps its addresses");
        using var bench = new Bench(Bench.Small(pages: 40), stepped: true, model: new RememberingModel(258, context: 640));
        var (first, second) = (bench.Engine.ResizeAsync(20 * Bench.PageBytes), bench.Engine.ResizeAsync(30 * Bench.PageBytes));
        Assert.False(bench.Engine.Core.Step());
        var had = await Task.WhenAll(first, second);
        Assert.Equal([30 * Bench.PageBytes, 30 * Bench.PageBytes], had);
    }

    [Fact]
    public async Task An_engine_that_has_ended_answers()
    {
        var bench = new Bench(Bench.Small(pages: 40), model: new RememberingModel(258, context: 640));
        bench.Dispose();
        Assert.Equal(40 * Bench.PageBytes, await bench.Engine.ResizeAsync(0));
    }

    /// <summary>Bytes of a pool that memory stands behind, as the system says (proc(5), pagemap: 63 present, 62 swapped).</summary>
    private static unsafe long Resident(KvPool pool, long bytes)
    {
        var size = Environment.SystemPageSize;
        var entries = new ulong[(bytes + size - 1) / size];
        using var map = File.OpenHandle("/proc/self/pagemap");
        Assert.Equal(entries.Length * sizeof(ulong), RandomAccess.Read(map, MemoryMarshal.AsBytes(entries.AsSpan()), (long)pool.Memory.Base / size * sizeof(ulong)));
        return entries.Count(entry => entry >> 62 != 0) * (long)size;
    }
}
