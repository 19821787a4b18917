using Freehold.Catalog.Downloads;
using Freehold.Catalog.Names;
using Freehold.Catalog.Network;
using Freehold.Catalog.Sources;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Tests.Servers;

/// <summary>A store of its own in a folder of its own, and a puller with small pieces and short waits.</summary>
internal sealed class Bench : IDisposable
{
    public Bench(Func<CatalogSettings, CatalogSettings>? configure = null)
    {
        Folder = Directory.CreateTempSubdirectory("freehold-catalog-").FullName;
        Home = Path.Combine(Folder, "home");
        Settings = new CatalogSettings { Home = Home };
        Settings = configure?.Invoke(Settings) ?? Settings;
    }

    public string Folder { get; }

    public string Home { get; }

    public CatalogSettings Settings { get; set; }

    public StatedFreeSpace FreeSpace { get; } = new();

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public NoteKeeper Notes { get; } = new();

    public TransferLimits Limits { get; set; } = new()
    {
        SegmentBytes = 64 << 10,
        JournalBytes = 16 << 10,
        Connections = 4,
        Attempts = 6,
        FirstDelay = TimeSpan.FromMilliseconds(1),
        LongestDelay = TimeSpan.FromMilliseconds(5),
        Idle = TimeSpan.FromSeconds(60),
    };

    public CatalogStore Store => new(Home, Time, FreeSpace);

    public StoreLayout Layout => new(Home);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Puller Puller(Func<HttpMessageHandler>? handlers = null) => new(Store, Settings, new NetworkAccess(Settings.OfflineReason, Settings.Network, handlers), Limits, Time);

    public Task<PullResult> PullAsync(Uri from, string? sha256 = null, string? name = null) => PullAsync(from.AbsoluteUri, sha256, name);

    public Task<PullResult> PullAsync(string from, string? sha256 = null, string? name = null) => Puller().PullAsync(
        new PullRequest(from, name is null ? null : ModelName.Parse(name), sha256 is null ? null : Digest(sha256)), Notes, Cancellation);

    public static Sha256Digest Digest(string hex) => Sha256Digest.TryParse(hex, out var digest) ? digest : throw new ArgumentException(hex);

    public byte[] Stored(string name) => File.ReadAllBytes(Store.PathOf(Store.Find(ModelName.Parse(name))!));

    public string Write(string relative, byte[] content)
    {
        var path = Path.Combine(Folder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>A disk whose room the test states.</summary>
internal sealed class StatedFreeSpace : IFreeSpace
{
    public long? Bytes { get; set; } = long.MaxValue / 2;

    public long? AvailableBytes(string folder) => Bytes;
}

/// <summary>Keeps what was said.</summary>
internal sealed class NoteKeeper : TransferReport
{
    private readonly List<string> _notes = [];
    private long _fetched;
    private TransferPhase _phase;

    public long Fetched => Interlocked.Read(ref _fetched);

    public string All
    {
        get
        {
            lock (_notes)
                return string.Join('\n', _notes);
        }
    }

    public override void Begin(string file, long? total, long present, TransferPhase phase) => _phase = phase;

    public override void Advance(long bytes)
    {
        if (_phase == TransferPhase.Fetching)
            Interlocked.Add(ref _fetched, bytes);
    }

    public override void Note(string message)
    {
        lock (_notes)
            _notes.Add(message);
    }
}

/// <summary>A clock that stands still until it is told, and whose timers fire when their time has come.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<HandTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes when some timer waits at least this long: what the code under test is waiting for is then known.</summary>
    public async Task WaitForTimerAsync(TimeSpan atLeast, CancellationToken cancellation)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_timers.Any(t => t.Due - _now >= atLeast))
                    return;
            }
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public void Advance(TimeSpan by)
    {
        List<HandTimer> due;
        lock (_lock)
        {
            _now += by;
            due = [.. _timers.Where(t => t.Due <= _now)];
            _timers.RemoveAll(due.Contains);
        }
        foreach (var timer in due)
            timer.Fire();
    }

    private sealed class HandTimer(HandClock clock, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._now + dueTime;
                    clock._timers.Add(this);
                }
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
