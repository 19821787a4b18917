using System.Diagnostics.Metrics;
using Freehold.Engine.Sequences;

namespace Freehold.Engine.Metering;

/// <summary>The engine's figures under the meter "Freehold.Engine", each with the tag <c>model</c>.</summary>
internal sealed class EngineMeters : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Freehold.Engine";

    private readonly Meter _meter = new(Name);
    private readonly KeyValuePair<string, object?> _model;
    private readonly Counter<long> _requests, _promptTokens, _cachedTokens, _generatedTokens;
    private readonly Histogram<double> _firstToken, _betweenTokens;

    public EngineMeters(string model)
    {
        _model = new("model", model);
        _requests = _meter.CreateCounter<long>("freehold.requests", "{request}", "Requests that ended");
        _promptTokens = _meter.CreateCounter<long>("freehold.tokens.prompt", "{token}", "Tokens of prompts");
        _cachedTokens = _meter.CreateCounter<long>("freehold.tokens.cached", "{token}", "Tokens of prompts whose pages were shared");
        _generatedTokens = _meter.CreateCounter<long>("freehold.tokens.generated", "{token}", "Tokens sampled");
        _firstToken = _meter.CreateHistogram<double>("freehold.time_to_first_token", "s", "From submission to the first token");
        _betweenTokens = _meter.CreateHistogram<double>("freehold.inter_token_time", "s", "Between two tokens of one stream");
    }

    /// <summary>Tells queue, streams, pages and memory when asked.</summary>
    public void Watch(EngineCore core)
    {
        KeyValuePair<string, object?>[] tags = [_model];
        _meter.CreateObservableGauge("freehold.queue.length", () => new Measurement<long>(core.Waiting, tags), "{request}", "Requests that wait for a place");
        _meter.CreateObservableGauge("freehold.streams.running", () => new Measurement<long>(core.Running, tags), "{stream}", "Streams that have pages");
        _meter.CreateObservableGauge("freehold.pages.used", () => new Measurement<long>(core.Pages.InUse, tags), "{page}", "Pages that streams use");
        _meter.CreateObservableGauge("freehold.pages.cached", () => new Measurement<long>(core.Pages.Cached, tags), "{page}", "Pages kept for prompts that begin alike");
        _meter.CreateObservableGauge("freehold.pages.total", () => new Measurement<long>(core.Pages.Total, tags), "{page}", "Pages of the budget");
        _meter.CreateObservableGauge("freehold.memory.kv_bytes", () => new Measurement<long>(core.TouchedBytes, tags), "By", "Bytes of the budget that were ever used");
    }

    /// <summary>A token was sampled for the sequence.</summary>
    public void Token(Sequence sequence, TimeProvider clock)
    {
        var now = clock.GetTimestamp();
        if (sequence.Generated == 0)
            _firstToken.Record(clock.GetElapsedTime(sequence.SubmittedAt, now).TotalSeconds, _model);
        else
            _betweenTokens.Record(clock.GetElapsedTime(sequence.LastTokenAt, now).TotalSeconds, _model);
        sequence.LastTokenAt = now;
        _generatedTokens.Add(1, _model);
    }

    /// <summary>The sequence is over.</summary>
    public void End(Sequence sequence)
    {
        _requests.Add(1, _model);
        _promptTokens.Add(sequence.PromptLength, _model);
        _cachedTokens.Add(sequence.Usage.CachedTokens, _model);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
