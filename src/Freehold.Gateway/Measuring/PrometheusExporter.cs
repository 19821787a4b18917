using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Measuring;

/// <summary>
/// Gathers what all <c>Freehold.*</c> meters measure and writes it as Prometheus text (exposition format 0.0.4). Instruments are named
/// as Prometheus names them; a name that is not is turned into one.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    /// <summary>Series one instrument may have; more would be a label with unbounded values, and are dropped and counted.</summary>
    private const int MaxSeries = 1000;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new(), _scrape = new();
    private readonly IMeterFactory _factory;
    private long _dropped;

    public PrometheusExporter(IMeterFactory factory)
    {
        _factory = factory;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // A meter made by another host's factory in this process belongs to that host; one without a scope belongs to all.
            if (instrument.Meter.Name.StartsWith("Freehold.", StringComparison.Ordinal) && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, _factory)))
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(state, value, tags));
        _listener.Start();
    }

    public Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return http.Response.WriteAsync(Write(), http.RequestAborted);
    }

    /// <summary>Everything measured so far, as Prometheus text.</summary>
    public string Write()
    {
        lock (_scrape) // two at once would observe twice what is added up
            return Gather();
    }

    public void Dispose() => _listener.Dispose();

    private string Gather()
    {
        lock (_gate)
            foreach (var family in _families.Values)
                family.BeginObservation();
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_gate)
        {
            foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
                family.Write(text);
            text.Append("# HELP freehold_metrics_dropped_total Measurements dropped because an instrument has too many series.\n# TYPE freehold_metrics_dropped_total counter\n")
                .Append(CultureInfo.InvariantCulture, $"freehold_metrics_dropped_total {_dropped}\n");
        }
        return text.ToString();
    }

    private Family FamilyOf(Instrument instrument)
    {
        lock (_gate)
        {
            var name = Family.NameOf(instrument);
            if (!_families.TryGetValue(name, out var family))
                _families[name] = family = new Family(name, instrument, MaxSeries);
            return family;
        }
    }

    private void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
            if (!((Family)state!).Record(value, tags))
                _dropped++;
    }
}
