using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests.Downloads;

public sealed class KillTests : IDisposable
{
    private const int Length = 2_000_000;
    private readonly byte[] _content = SampleModel.Bytes(Length);
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(25)]
    public async Task A_pull_killed_with_kill_9_is_resumed_by_the_next(int killAt)
    {
        var sha = SampleModel.Sha256(_content);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long served = 0;
        await using var server = new UnrulyServer(r =>
        {
            if (r.Number < killAt)
            {
                var whole = UnrulyServer.Serve(r, _content, "\"a\"");
                Interlocked.Add(ref served, whole.Body.Length);
                return whole;
            }
            // Three connections: this one and perhaps two more stop in the middle of their pieces, and the process is killed there.
            var reply = UnrulyServer.Serve(r, _content, "\"a\"");
            if (reached.Task.IsCompleted)
                return reply;
            reached.TrySetResult();
            return reply with { StallAfter = 20_000 };
        });
        var address = new Uri(server.Address, "m.gguf");
        using (var child = PullChild.Start(_bench.Home, address, sha))
        {
            await reached.Task.WaitAsync(Bench.Cancellation);
            await server.Stalled.Task.WaitAsync(Bench.Cancellation);
            child.Kill();
            await child.WaitForExitAsync(Bench.Cancellation);
            Assert.NotEqual(0, child.ExitCode);
        }
        Assert.Empty(_bench.Store.List().Models);

        await _bench.PullAsync(address, sha);
        Assert.Equal(_content, _bench.Stored("m"));
        // What the killed process had written down was not fetched again.
        Assert.InRange(_bench.Notes.Fetched, 0, Length - (killAt - 3) * (64 << 10));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Parts));
    }

    [Fact]
    public async Task Two_processes_that_pull_one_model_fetch_it_once()
    {
        long served = 0;
        await using var server = new UnrulyServer(r =>
        {
            var reply = UnrulyServer.Serve(r, _content, "\"a\"");
            Interlocked.Add(ref served, reply.Body.Length);
            return reply;
        });
        var sha = SampleModel.Sha256(_content);
        using var one = PullChild.Start(_bench.Home, new Uri(server.Address, "m.gguf"), sha);
        using var two = PullChild.Start(_bench.Home, new Uri(server.Address, "m.gguf"), sha);
        var said = await Task.WhenAll(one.StandardOutput.ReadToEndAsync(Bench.Cancellation), two.StandardOutput.ReadToEndAsync(Bench.Cancellation));
        await Task.WhenAll(one.WaitForExitAsync(Bench.Cancellation), two.WaitForExitAsync(Bench.Cancellation));
        Assert.All(said, s => Assert.Equal($"stored {sha}", s.Trim()));
        Assert.Equal(Length, served);
        Assert.Single(Directory.EnumerateFiles(_bench.Layout.Blobs));
    }
}
