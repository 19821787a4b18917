using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Freehold.Gateway.Measuring;

/// <summary>One metric and its series. Not synchronised: the exporter's lock guards it.</summary>
internal sealed class Family
{
    private static readonly double[] DefaultBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    private readonly Dictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly string _kind, _help;
    private readonly bool _adds, _observed;
    private readonly double[] _bounds;
    private readonly int _maxSeries;

    public Family(string name, Instrument instrument, int maxSeries)
    {
        Name = name;
        _maxSeries = maxSeries;
        _help = instrument.Description ?? "";
        _observed = instrument.IsObservable;
        _kind = KindOf(instrument);
        _adds = !_observed && !instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);
        _bounds = _kind != "histogram" ? [] : (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray() ?? DefaultBounds;
    }

    public string Name { get; }

    /// <summary>
    /// The instrument's name as Prometheus names things (prometheus.io/docs/practices/naming): its alphabet, the base unit behind, and
    /// <c>_total</c> behind a counter.
    /// </summary>
    public static string NameOf(Instrument instrument)
    {
        var name = new StringBuilder(instrument.Name.Length + 16);
        foreach (var c in instrument.Name)
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        EndWith(name, instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" });
        EndWith(name, KindOf(instrument) == "counter" ? "_total" : "");
        return name.ToString();
    }

    /// <summary>What is observed anew replaces what was observed before, and what is not observed any more is gone.</summary>
    public void BeginObservation()
    {
        if (_observed)
            _series.Clear();
    }

    /// <summary>Takes a measurement; false when there are too many series.</summary>
    public bool Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        if (!_series.TryGetValue(labels, out var series))
        {
            if (_series.Count == _maxSeries)
                return false;
            _series[labels] = series = new Series(_kind == "histogram" ? new long[_bounds.Length] : []);
        }
        series.Count++;
        // Two engines may report under one name without a label between them: their values add up.
        series.Value = _adds || _observed || _kind == "histogram" ? series.Value + value : value;
        for (var i = 0; i < series.Buckets.Length; i++)
            if (value <= _bounds[i])
                series.Buckets[i]++;
        return true;
    }

    public void Write(StringBuilder text)
    {
        text.Append("# HELP ").Append(Name).Append(' ').Append(_help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(_kind).Append('\n');
        foreach (var (labels, series) in _series)
        {
            if (_kind != "histogram")
            {
                text.Append(Name).Append(labels.Length > 0 ? $"{{{labels}}}" : "").Append(' ').Append(NumberOf(series.Value)).Append('\n');
                continue;
            }
            var front = labels.Length > 0 ? labels + "," : "";
            for (var i = 0; i < _bounds.Length; i++)
                text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{{front}le=\"{NumberOf(_bounds[i])}\"}} {series.Buckets[i]}\n");
            text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{{front}le=\"+Inf\"}} {series.Count}\n");
            var own = labels.Length > 0 ? $"{{{labels}}}" : "";
            text.Append(CultureInfo.InvariantCulture, $"{Name}_sum{own} {NumberOf(series.Value)}\n{Name}_count{own} {series.Count}\n");
        }
    }

    private static string KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
            : type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal) ? "counter" : "gauge";
    }

    private static void EndWith(StringBuilder name, string ending)
    {
        if (!name.ToString().EndsWith(ending, StringComparison.Ordinal))
            name.Append(ending);
    }

    private static string NumberOf(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return "";
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            foreach (var c in key)
                text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            text.Append("=\"").Append(Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
        }
        return text.ToString();
    }

    private sealed class Series(long[] buckets)
    {
        public long[] Buckets { get; } = buckets;
        public double Value { get; set; }
        public long Count { get; set; }
    }
}
