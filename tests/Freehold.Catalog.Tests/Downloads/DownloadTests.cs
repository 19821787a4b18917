using Freehold.Catalog.Downloads;
using Freehold.Catalog.Sources;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests.Downloads;

public sealed class DownloadTests : IDisposable
{
    private const int Length = 1_000_003;
    private readonly byte[] _content = SampleModel.Bytes(Length);
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_file_comes_in_parallel_ranges_and_its_hash_is_recorded()
    {
        await using var server = new UnrulyServer(r => UnrulyServer.Serve(r, _content, "\"a\""));
        var result = await _bench.PullAsync(new Uri(server.Address, "tiny-Q8_0.gguf"));

        Assert.Equal("tiny-Q8_0", result.Manifest.Name);
        Assert.Equal(SampleModel.Sha256(_content), result.Manifest.Files[0].Sha256);
        Assert.Equal(_content, _bench.Stored("tiny-Q8_0"));
        Assert.Equal((Length + (64 << 10) - 1) / (64 << 10), server.Requests.Count);
        Assert.All(server.Requests, r => Assert.NotNull(r.Range));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Parts));
    }

    [Fact]
    public async Task A_server_without_ranges_is_read_in_one_stream()
    {
        await using var server = new UnrulyServer(_ => new ServerReply(200, _content));
        await _bench.PullAsync(new Uri(server.Address, "m.gguf"));
        Assert.Equal(_content, _bench.Stored("m"));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_body_of_unknown_length_comes_whole()
    {
        await using var server = new UnrulyServer(_ => new ServerReply(200, _content) { Announce = -1 });
        await _bench.PullAsync(new Uri(server.Address, "m.gguf"), SampleModel.Sha256(_content));
        Assert.Equal(_content, _bench.Stored("m"));
    }

    [Fact]
    public async Task Connections_cut_in_the_middle_go_on_where_they_were_cut()
    {
        await using var server = new UnrulyServer(r => UnrulyServer.Serve(r, _content, "\"a\"") is var reply && r.Number % 3 != 0 ? reply with { CutAfter = reply.Body.Length / 2 } : reply);
        await _bench.PullAsync(new Uri(server.Address, "m.gguf"));

        Assert.Equal(_content, _bench.Stored("m"));
        // Nothing came twice: what was asked for again began behind what had come.
        Assert.Equal(Length, _bench.Notes.Fetched);
    }

    [Fact]
    public async Task A_single_stream_that_is_cut_begins_again()
    {
        await using var server = new UnrulyServer(r => new ServerReply(200, _content) { CutAfter = r.Number == 1 ? 5000 : null });
        await _bench.PullAsync(new Uri(server.Address, "m.gguf"));
        Assert.Equal(_content, _bench.Stored("m"));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_stalled_connection_is_left_and_tried_again()
    {
        var clock = new HandClock();
        _bench.Time = clock;
        _bench.Limits = _bench.Limits with { Connections = 1, SegmentBytes = Length };
        await using var server = new UnrulyServer(r => UnrulyServer.Serve(r, _content, "\"a\"") with { StallAfter = r.Number == 1 ? 300_000 : null });
        var pull = _bench.PullAsync(new Uri(server.Address, "m.gguf"));
        await server.Stalled.Task.WaitAsync(Bench.Cancellation);
        // Each wait, for bytes and between tries, hangs on the clock alone.
        while (!pull.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(61));
            await Task.WhenAny(pull, Task.Delay(5, Bench.Cancellation));
        }
        await pull;
        Assert.Equal(_content, _bench.Stored("m"));
        Assert.Contains("nothing came for 60 s", _bench.Notes.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_after_is_waited_for(int status)
    {
        var clock = new HandClock();
        _bench.Time = clock;
        await using var server = new UnrulyServer(r => r.Number == 1 ? new ServerReply(status, []) { Headers = { ["Retry-After"] = "120" } } : UnrulyServer.Serve(r, _content));
        var pull = _bench.PullAsync(new Uri(server.Address, "m.gguf"));
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(120), Bench.Cancellation);
        Assert.Single(server.Requests);
        clock.Advance(TimeSpan.FromSeconds(120));
        await pull;
        Assert.Equal(_content, _bench.Stored("m"));
    }

    [Fact]
    public async Task A_server_that_wants_hours_is_reported_and_not_waited_for()
    {
        await using var server = new UnrulyServer(_ => new ServerReply(429, []) { Headers = { ["Retry-After"] = "7200" } });
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf")));
        Assert.Equal(CatalogFailure.Failed, failure.Failure);
        Assert.Contains("7200 s", failure.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_server_that_keeps_failing_is_given_up_after_the_attempts()
    {
        await using var server = new UnrulyServer(_ => new ServerReply(500, []));
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf")));
        Assert.Equal(CatalogFailure.Failed, failure.Failure);
        Assert.Equal(_bench.Limits.Attempts, server.Requests.Count);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await using var server = new UnrulyServer(_ => new ServerReply(404, []));
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf")));
        Assert.Equal(CatalogFailure.NotFound, failure.Failure);
    }

    [Fact]
    public async Task A_wrong_hash_is_refused_and_nothing_is_kept()
    {
        await using var server = new UnrulyServer(r => UnrulyServer.Serve(r, _content));
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf"), new string('a', 64)));
        Assert.Contains(SampleModel.Sha256(_content), failure.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Store.List().Models);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Blobs));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Parts));
    }

    [Theory]
    [InlineData("longer")]
    [InlineData("shorter")]
    [InlineData("elsewhere")]
    [InlineData("total")]
    public async Task A_server_that_lies_about_ranges_is_found_out(string lie)
    {
        await using var server = new UnrulyServer(r =>
        {
            var reply = UnrulyServer.Serve(r, _content);
            var range = r.Range!.Value;
            var to = Math.Min(range.To!.Value, Length - 1);
            reply.Headers["Content-Range"] = lie switch
            {
                "longer" => $"bytes {range.From}-{to + 5000}/{Length}",
                "shorter" => $"bytes {range.From}-{to - 5000}/{Length}",
                "elsewhere" => $"bytes {range.From + 10}-{to + 10}/{Length}",
                _ => $"bytes {range.From}-{to}/{(r.Number == 1 ? Length : Length + 77 * r.Number)}",
            };
            return reply;
        });
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf")));
        Assert.Equal(CatalogFailure.Failed, failure.Failure);
        Assert.Empty(_bench.Store.List().Models);
    }

    [Fact]
    public async Task A_content_length_that_is_never_reached_is_a_failure_and_no_model()
    {
        await using var server = new UnrulyServer(_ => new ServerReply(200, _content) { Announce = Length + 10 });
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf")));
        Assert.Equal(CatalogFailure.Failed, failure.Failure);
        Assert.Empty(_bench.Store.List().Models);
    }

    [Fact]
    public async Task A_file_that_changes_between_ranges_is_begun_anew()
    {
        var next = SampleModel.Bytes(Length, seed: 2);
        await using var server = new UnrulyServer(r => r.Number <= 5 ? UnrulyServer.Serve(r, _content, "\"old\"") : UnrulyServer.Serve(r, next, "\"new\""));
        await _bench.PullAsync(new Uri(server.Address, "m.gguf"));
        Assert.Equal(next, _bench.Stored("m"));
        Assert.Contains("starting anew", _bench.Notes.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_stopped_in_the_middle_goes_on_from_what_came()
    {
        using var stop = new CancellationTokenSource();
        var served = 0;
        await using (var first = new UnrulyServer(r => Interlocked.Increment(ref served) == 6 ? Stop(UnrulyServer.Serve(r, _content, "\"a\"")) : UnrulyServer.Serve(r, _content, "\"a\"")))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.Puller().PullAsync(
                new PullRequest(new Uri(first.Address, "m.gguf").AbsoluteUri, null, Bench.Digest(SampleModel.Sha256(_content))), _bench.Notes, stop.Token));
        }
        ServerReply Stop(ServerReply reply)
        {
            stop.Cancel();
            return reply with { Before = Task.Delay(Timeout.Infinite, Bench.Cancellation) };
        }

        var before = _bench.Notes.Fetched;
        Assert.InRange(before, 64 << 10, Length - 1);

        // Another address: the content is known by its hash, so any place may go on with it.
        await using var second = new UnrulyServer(r => UnrulyServer.Serve(r, _content, "\"other\""));
        await _bench.PullAsync(new Uri(second.Address, "m.gguf"), SampleModel.Sha256(_content));
        Assert.Equal(_content, _bench.Stored("m"));
        Assert.Equal(Length, _bench.Notes.Fetched);
        Assert.Contains("going on from", _bench.Notes.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_bytes_of_a_partial_download_are_fetched_again()
    {
        await using var server = new UnrulyServer(r => r.Number > 8 ? new ServerReply(404, []) : UnrulyServer.Serve(r, _content, "\"a\""));
        var address = new Uri(server.Address, "m.gguf");
        await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(address, SampleModel.Sha256(_content)));
        var part = Assert.Single(Directory.EnumerateDirectories(_bench.Layout.Parts));
        using (var data = File.OpenWrite(Path.Combine(part, "data")))
        {
            data.Seek(100, SeekOrigin.Begin);
            data.Write(new byte[1000]);
        }
        await using var whole = new UnrulyServer(r => UnrulyServer.Serve(r, _content, "\"a\""));
        await _bench.PullAsync(new Uri(whole.Address, "m.gguf"), SampleModel.Sha256(_content));
        Assert.Equal(_content, _bench.Stored("m"));
        Assert.Contains(whole.Requests, r => r.Range!.Value.From == 0);
    }

    [Fact]
    public async Task A_journal_cut_in_its_last_line_is_used_up_to_there()
    {
        await using var server = new UnrulyServer(r => r.Number > 8 ? new ServerReply(404, []) : UnrulyServer.Serve(r, _content, "\"a\""));
        await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf"), SampleModel.Sha256(_content)));
        var part = Assert.Single(Directory.EnumerateDirectories(_bench.Layout.Parts));
        var journal = Path.Combine(part, "journal");
        var bytes = File.ReadAllBytes(journal);
        File.WriteAllBytes(journal, bytes[..^30]);
        var before = _bench.Notes.Fetched;
        await using var whole = new UnrulyServer(r => UnrulyServer.Serve(r, _content, "\"a\""));
        await _bench.PullAsync(new Uri(whole.Address, "m.gguf"), SampleModel.Sha256(_content));
        Assert.Equal(_content, _bench.Stored("m"));
        Assert.InRange(_bench.Notes.Fetched - before, 1, Length - 1);
    }

    [Fact]
    public async Task A_page_about_a_model_is_not_taken_for_the_model()
    {
        await using var server = new UnrulyServer(r => UnrulyServer.Serve(r, "<!DOCTYPE html><html></html>"u8.ToArray()));
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf")));
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Layout.Blobs));
    }

    [Fact]
    public async Task A_disk_without_room_is_refused_before_the_first_byte_with_both_numbers()
    {
        _bench.FreeSpace.Bytes = 65_000_000;
        var big = 500_000_000L;
        await using var server = new UnrulyServer(r => new ServerReply(206, _content[..(64 << 10)]) { Headers = { ["Content-Range"] = $"bytes 0-{(64 << 10) - 1}/{big}" } });
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf")));
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
        Assert.Contains("500 MB", failure.Message, StringComparison.Ordinal);
        Assert.Contains("65.0 MB", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, _bench.Notes.Fetched);
    }

    [Fact]
    public async Task A_disk_that_fills_up_in_the_middle_is_explained()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, a disk that is always full");
        // A server without ranges writes straight into "data": here that is the disk that is always full.
        await using var server = new UnrulyServer(_ => new ServerReply(200, _content));
        var address = new Uri(server.Address, "m.gguf");
        var part = _bench.Layout.Part(new RemoteFile("m.gguf", address, null, null, null).PartKey);
        Directory.CreateDirectory(part);
        File.CreateSymbolicLink(Path.Combine(part, "data"), "/dev/full");
        _bench.FreeSpace.Bytes = 90_000_000;
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(address));
        Assert.Equal(CatalogFailure.Failed, failure.Failure);
        Assert.Contains("the disk is full (90.0 MB free)", failure.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Empty(_bench.Store.List().Models);
    }

    [Fact]
    public async Task Endless_redirects_end()
    {
        await using var server = new UnrulyServer(r => new ServerReply(302, []) { Headers = { ["Location"] = "/again.gguf" } });
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf")));
        Assert.Contains("redirects more than 10 times", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/x")]
    public async Task A_redirect_to_anything_but_http_is_refused(string target)
    {
        await using var server = new UnrulyServer(_ => new ServerReply(302, []) { Headers = { ["Location"] = target } });
        var failure = await Assert.ThrowsAsync<CatalogException>(() => _bench.PullAsync(new Uri(server.Address, "m.gguf")));
        Assert.Equal(CatalogFailure.Refused, failure.Failure);
    }

    [Fact]
    public async Task Two_pulls_of_one_model_at_once_yield_one_blob()
    {
        await using var server = new UnrulyServer(r => UnrulyServer.Serve(r, _content, "\"a\""));
        var address = new Uri(server.Address, "m.gguf");
        var sha = SampleModel.Sha256(_content);
        await Task.WhenAll(_bench.PullAsync(address, sha), _bench.PullAsync(address, sha), _bench.PullAsync(address, sha));
        Assert.Single(Directory.EnumerateFiles(_bench.Layout.Blobs));
        Assert.Equal(_content, _bench.Stored("m"));
        Assert.Equal(Length, _bench.Notes.Fetched);
    }

    [Fact]
    public async Task A_forbidden_network_is_refused_before_a_transport_exists()
    {
        _bench.Settings = _bench.Settings with { OfflineReason = "FREEHOLD_OFFLINE=1 is set" };
        var made = 0;
        var puller = _bench.Puller(() =>
        {
            made++;
            return new SocketsHttpHandler();
        });
        foreach (var source in new[] { "hf:owner/repo", "https://example.org/m.gguf", "owner/repo:Q4_0" })
        {
            var failure = await Assert.ThrowsAsync<CatalogException>(() => puller.PullAsync(new PullRequest(source), _bench.Notes, Bench.Cancellation));
            Assert.Equal(CatalogFailure.Refused, failure.Failure);
            Assert.Contains("FREEHOLD_OFFLINE=1", failure.Message, StringComparison.Ordinal);
        }
        Assert.Equal(0, made);
        Assert.False(Directory.Exists(_bench.Home));
    }
}
