using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Freehold.Pages.Models;

/// <summary>Tokens that clients get, each second of the last minute, by model: what the gateway measures anyway, listened to while somebody looks.</summary>
internal sealed class LiveSpeed : IDisposable
{
    /// <summary>Seconds that are kept.</summary>
    public const int Seconds = 60;

    private readonly MeterListener _listener;
    private readonly ConcurrentDictionary<string, Counted> _models = new(StringComparer.Ordinal);

    public LiveSpeed()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "Freehold.Gateway", Name: "freehold.http.inter_token_time" or "freehold.http.time_to_first_token" })
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Count(tags));
        _listener.Start();
    }

    /// <summary>Tokens of each second, the oldest first.</summary>
    public IReadOnlyList<int> Of(string model) => _models.TryGetValue(model, out var counted) ? counted.Past : [];

    /// <summary>A second has passed.</summary>
    public void Step()
    {
        foreach (var counted in _models.Values)
            counted.Step();
    }

    public void Dispose() => _listener.Dispose();

    private void Count(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
            if (tag is { Key: "model", Value: string model })
                _models.GetOrAdd(model, static _ => new Counted()).Add();
    }

    private sealed class Counted
    {
        private int _now;
        private IReadOnlyList<int> _past = [.. Enumerable.Repeat(0, Seconds)];

        public IReadOnlyList<int> Past => Volatile.Read(ref _past);

        public void Add() => Interlocked.Increment(ref _now);

        public void Step() => Volatile.Write(ref _past, [.. _past.Skip(1), Interlocked.Exchange(ref _now, 0)]);
    }
}
