using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Downloads;

/// <summary>What came, complete and checked.</summary>
/// <param name="Path">Where its bytes lie.</param>
/// <param name="Digest">Their SHA-256.</param>
/// <param name="Size">How many they are.</param>
internal sealed record Downloaded(string Path, Sha256Digest Digest, long Size);

/// <summary>
/// Brings one file: in parallel ranges where the server serves them, else in one stream; goes on from what an earlier, killed process left.
/// <list type="number">
/// <item>Resume: hash again what the journal claims.</item>
/// <item>Probe: ask for the first missing range; the answer says whether there are ranges and how long the file is.</item>
/// <item>Fetch: each connection takes the next missing segment until none is left.</item>
/// <item>Verify: hash the whole and compare with what is known of it.</item>
/// </list>
/// </summary>
internal sealed class Downloader(HttpMessageInvoker invoker, TransferLimits limits, TimeProvider time, IFreeSpace freeSpace, TransferReport report)
{
    private const int BufferSize = 256 << 10;
    private const int MaxRestarts = 3;

    private readonly RedirectingSender _sender = new(invoker, limits);
    private readonly RetryPolicy _retry = new(limits, time, report);
    private readonly BodyReader _reader = new(limits, time);

    /// <summary>Brings a file into a folder of its own. The caller holds that folder's lock.</summary>
    /// <exception cref="CatalogException">It cannot be brought; what has come is kept unless it is wrong.</exception>
    public async Task<Downloaded> FetchAsync(RemoteFile file, string folder, CancellationToken cancellation)
    {
        try
        {
            for (var restarts = 0; ; restarts++)
            {
                try
                {
                    return await FetchOnceAsync(file, folder, cancellation).ConfigureAwait(false);
                }
                catch (ContentChanged e) when (restarts < MaxRestarts)
                {
                    report.Note($"{file.Name}: {e.Message}; starting anew");
                    PartFile.Discard(folder);
                }
                catch (ContentChanged e)
                {
                    throw CatalogException.Failed($"{file.Name} changes on its server faster than it can be brought ({e.Message})", e);
                }
            }
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, $"writing {file.Name}", folder, freeSpace);
        }
    }

    private async Task<Downloaded> FetchOnceAsync(RemoteFile file, string folder, CancellationToken cancellation)
    {
        // 1. Resume.
        var part = await PartFile.TryResumeAsync(folder, cancellation).ConfigureAwait(false);
        if (part is not null && file.Size is { } size && size != part.Header.Length)
        {
            part.Dispose();
            part = null;
        }
        try
        {
            // 2. Probe.
            if (part is null)
            {
                part = await _retry.RunAsync(file.Name, () => 0, token => ProbeAsync(file, folder, token), cancellation).ConfigureAwait(false);
                if (part is null)
                    return await VerifyAsync(file, folder, cancellation).ConfigureAwait(false);
            }
            else
            {
                report.Begin(file.Name, part.Header.Length, part.Done, TransferPhase.Fetching);
                if (part.Done > 0)
                    report.Note($"{file.Name}: going on from {ByteSize.Text(part.Done)} of {ByteSize.Text(part.Header.Length)}, which are here and verified");
                DiskFault.RequireRoom(freeSpace, folder, part.Header.Length - part.Done, file.Name);
            }
            // 3. Fetch.
            await FetchSegmentsAsync(file, part, cancellation).ConfigureAwait(false);
            part.Flush();
        }
        catch (RangesUnsupported)
        {
            part?.Dispose();
            part = null;
            report.Note($"{file.Name}: the server serves no ranges any more; starting anew in one stream");
            PartFile.Discard(folder);
            await _retry.RunAsync(file.Name, () => 0, token => StreamAsync(file, folder, token), cancellation).ConfigureAwait(false);
        }
        finally
        {
            part?.Dispose();
        }
        // 4. Verify.
        return await VerifyAsync(file, folder, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks for the first range. Returns the part to fill, or null where the server sent the whole and it has come.</summary>
    private async Task<PartFile?> ProbeAsync(RemoteFile file, string folder, CancellationToken cancellation)
    {
        if (file.Size == 0)
            return await WriteEmptyAsync(folder).ConfigureAwait(false);
        using var response = await SendAsync(file, 0, limits.SegmentBytes - 1, null, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // An empty file has no first byte to serve.
            await StreamAsync(file, folder, cancellation).ConfigureAwait(false);
            return null;
        }
        RetryPolicy.Require(response, file.Name, time);
        var answer = RangeAnswer.Read(response, file, 0);
        if (!answer.IsRange || answer.Length is not { } length || length <= 0)
        {
            if (answer.IsRange)
                throw CatalogException.Failed($"{file.Name}: the server serves ranges without saying how long the file is");
            await CopyWholeAsync(file, folder, response, answer, cancellation).ConfigureAwait(false);
            return null;
        }
        Directory.CreateDirectory(folder);
        DiskFault.RequireRoom(freeSpace, folder, length, file.Name);
        report.Begin(file.Name, length, 0, TransferPhase.Fetching);
        var part = PartFile.Create(folder, new PartHeader { Length = length, Segment = limits.SegmentBytes, Etag = answer.Etag, LastModified = answer.LastModified });
        try
        {
            // The body is the first segment: it is used where it comes whole; what it lacks is asked for again.
            await CopySegmentAsync(file, part, part.Segments[0], response, answer, cancellation).ConfigureAwait(false);
        }
        catch (TransferFault e)
        {
            report.Note($"{file.Name}: {e.Message}");
        }
        catch
        {
            part.Dispose();
            throw;
        }
        return part;
    }

    private async Task FetchSegmentsAsync(RemoteFile file, PartFile part, CancellationToken cancellation)
    {
        var missing = new Queue<Segment>(part.Segments.Where(s => !s.IsComplete));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var workers = Enumerable.Range(0, Math.Min(limits.Connections, missing.Count)).Select(_ => WorkAsync()).ToArray();
        try
        {
            await Task.WhenAll(workers).ConfigureAwait(false);
        }
        catch
        {
            // What stopped the others is the error to tell, not that they were stopped.
            var first = workers.Where(w => w.IsFaulted).SelectMany(w => w.Exception!.InnerExceptions).FirstOrDefault(e => e is not OperationCanceledException);
            if (first is not null && !cancellation.IsCancellationRequested)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
            throw;
        }

        async Task WorkAsync()
        {
            try
            {
                while (true)
                {
                    Segment? segment;
                    lock (missing)
                    {
                        if (!missing.TryDequeue(out segment))
                            return;
                    }
                    await _retry.RunAsync(file.Name, () => segment.Done, token => FetchSegmentAsync(file, part, segment, token), stop.Token).ConfigureAwait(false);
                }
            }
            catch
            {
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task<bool> FetchSegmentAsync(RemoteFile file, PartFile part, Segment segment, CancellationToken cancellation)
    {
        while (!segment.IsComplete)
        {
            var start = segment.Start + segment.Done;
            using var response = await SendAsync(file, start, segment.Start + segment.Length - 1, file.Sha256 is null ? part.Header.Etag : null, cancellation).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.PreconditionFailed)
                throw new ContentChanged("the file on the server is no longer as long as it was");
            RetryPolicy.Require(response, file.Name, time);
            if (response.StatusCode == HttpStatusCode.OK && file.Size is null && response.Content.Headers.ContentLength is { } now && now != part.Header.Length)
                throw new ContentChanged("the file on the server has another length");
            var answer = RangeAnswer.Read(response, file, start);
            // Where the content's hash is known it decides in the end, and mirrors may tag the same content differently.
            if (file.Sha256 is null && !answer.IsSameAs(part.Header))
                throw new ContentChanged("the file changed on the server");
            if (!answer.IsRange)
                throw new RangesUnsupported();
            if (answer.Length is { } length && length != part.Header.Length)
                throw new ContentChanged("the file on the server has another length");
            await CopySegmentAsync(file, part, segment, response, answer, cancellation).ConfigureAwait(false);
        }
        return true;
    }

    private async Task CopySegmentAsync(RemoteFile file, PartFile part, Segment segment, HttpResponseMessage response, RangeAnswer answer, CancellationToken cancellation)
    {
        var announced = answer.End!.Value - answer.Start;
        if (announced > segment.Length - segment.Done)
            throw CatalogException.Failed($"{file.Name}: the server announces {announced} bytes where {segment.Length - segment.Done} were asked for; it lies about its lengths");
        var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var left = announced;
            while (true)
            {
                var read = await _reader.ReadAsync(body, buffer.AsMemory(0, BufferSize), cancellation).ConfigureAwait(false);
                if (read == 0)
                    break;
                if (read > left)
                    throw CatalogException.Failed($"{file.Name}: the server sends more than the {announced} bytes it announced; it lies about its lengths");
                part.Write(segment, buffer.AsSpan(0, read), limits.JournalBytes);
                left -= read;
                report.Advance(read);
            }
            if (left > 0)
                throw new TransferFault($"the server ended {left} bytes early");
        }
        finally
        {
            part.Note(segment);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Brings the whole file in one stream, from its first byte.</summary>
    private async Task<bool> StreamAsync(RemoteFile file, string folder, CancellationToken cancellation)
    {
        using var response = await SendAsync(file, null, null, null, cancellation).ConfigureAwait(false);
        RetryPolicy.Require(response, file.Name, time);
        await CopyWholeAsync(file, folder, response, RangeAnswer.Read(response, file, 0), cancellation).ConfigureAwait(false);
        return true;
    }

    private async Task CopyWholeAsync(RemoteFile file, string folder, HttpResponseMessage response, RangeAnswer answer, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        if ((answer.Length ?? file.Size) is { } needed)
            DiskFault.RequireRoom(freeSpace, folder, needed, file.Name);
        report.Begin(file.Name, answer.Length ?? file.Size, 0, TransferPhase.Fetching);
        var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var data = File.OpenHandle(PartFile.DataPath(folder), FileMode.Create, FileAccess.Write);
            long done = 0;
            while (true)
            {
                var read = await _reader.ReadAsync(body, buffer.AsMemory(0, BufferSize), cancellation).ConfigureAwait(false);
                if (read == 0)
                    break;
                RandomAccess.Write(data, buffer.AsSpan(0, read), done);
                done += read;
                report.Advance(read);
                if (done > (file.Size ?? long.MaxValue))
                    throw CatalogException.Failed($"{file.Name}: the server sends more than the {file.Size} bytes of its listing; it lies about its length");
            }
            if (done != (answer.Length ?? file.Size ?? done))
                throw new TransferFault($"the server ended after {done} of {answer.Length ?? file.Size} bytes");
            RandomAccess.FlushToDisk(data);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<PartFile?> WriteEmptyAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(PartFile.DataPath(folder), []).ConfigureAwait(false);
        return null;
    }

    private async Task<Downloaded> VerifyAsync(RemoteFile file, string folder, CancellationToken cancellation)
    {
        var path = PartFile.DataPath(folder);
        var length = new FileInfo(path).Length;
        report.Begin(file.Name, length, 0, TransferPhase.Verifying);
        var digest = await FileHash.OfAsync(path, 0, length, report.Advance, cancellation).ConfigureAwait(false);
        if (file.Sha256 is { } expected && digest != expected)
        {
            PartFile.Discard(folder);
            throw CatalogException.Failed($"{file.Name}: what came has SHA-256 {digest.Hex} and {expected.Hex} was expected; it was thrown away. Its server or the way to it is damaged, or somebody changed the file");
        }
        if (file.GitBlobId is { } id && await GitBlob.IdAsync(path, length, cancellation).ConfigureAwait(false) is var came && came != id)
        {
            PartFile.Discard(folder);
            throw CatalogException.Failed($"{file.Name}: what came has the git blob id {came} and {id} was expected; it was thrown away");
        }
        return new Downloaded(path, digest, length);
    }

    private Task<HttpResponseMessage> SendAsync(RemoteFile file, long? from, long? to, string? etag, CancellationToken cancellation) =>
        _reader.AwaitAsync(token => _sender.GetAsync(file.Address, file.Token, headers =>
        {
            if (from is not null)
                headers.Range = new RangeHeaderValue(from, to);
            // If-Range takes strong tags only (RFC 9110, 13.1.5): a changed file then comes whole, which is noticed.
            if (etag is not null && EntityTagHeaderValue.TryParse(etag, out var tag) && !tag.IsWeak)
                headers.IfRange = new RangeConditionHeaderValue(tag);
        }, token), cancellation);
}
