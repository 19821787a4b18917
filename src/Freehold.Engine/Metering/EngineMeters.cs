using System.Diagnostics.Metrics;
using Freehold.Engine.Sequences;
using Freehold.Engine.Speculation;

namespace Freehold.Engine.Metering;

/// <summary>The engine's figures under the meter "Freehold.Engine", each with the tag <c>model</c>.</summary>
internal sealed class EngineMeters : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Freehold.Engine";

    private static readonly double[] _seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    // By GuessSource.
    private static readonly KeyValuePair<string, object?>[] _sources = [new("source", "prediction"), new("source", "lookup"), new("source", "model")];

    private readonly Meter _meter = new(Name);
    private readonly KeyValuePair<string, object?> _model;
    private readonly Counter<long> _requests, _promptTokens, _cachedTokens, _generatedTokens, _draftedTokens, _acceptedTokens;
    private readonly Histogram<double> _firstToken, _betweenTokens;

    public EngineMeters(string model)
    {
        _model = new("model", model);
        _requests = _meter.CreateCounter<long>("freehold_engine_requests_total", null, "Requests that ended");
        _promptTokens = _meter.CreateCounter<long>("freehold_engine_prompt_tokens_total", null, "Tokens of prompts");
        _cachedTokens = _meter.CreateCounter<long>("freehold_engine_cached_tokens_total", null, "Tokens of prompts whose pages were shared");
        _generatedTokens = _meter.CreateCounter<long>("freehold_engine_generated_tokens_total", null, "Tokens sampled");
        _draftedTokens = _meter.CreateCounter<long>("freehold_engine_drafted_tokens_total", null, "Tokens guessed ahead and checked");
        _acceptedTokens = _meter.CreateCounter<long>("freehold_engine_accepted_tokens_total", null, "Guesses that came true");
        var buckets = new InstrumentAdvice<double> { HistogramBucketBoundaries = _seconds };
        _firstToken = _meter.CreateHistogram("freehold_engine_time_to_first_token_seconds", null, "From submission to the first token", null, buckets);
        _betweenTokens = _meter.CreateHistogram("freehold_engine_inter_token_seconds", null, "Between two tokens of one stream", null, buckets);
    }

    /// <summary>Tells queue, streams, pages and memory when asked.</summary>
    public void Watch(EngineCore core)
    {
        KeyValuePair<string, object?>[] tags = [_model];
        _meter.CreateObservableGauge("freehold_engine_queue_length", () => new Measurement<long>(core.Waiting, tags), null, "Requests that wait for a place");
        _meter.CreateObservableGauge("freehold_engine_tokens_waiting", () => new Measurement<long>(core.TokensWaiting, tags), null, "Tokens of prompts that are still to be computed");
        _meter.CreateObservableGauge("freehold_engine_prompt_tokens_per_second", () => new Measurement<double>(core.PromptTokensPerSecond, tags), null, "Speed of reading prompts, over the last steps that did");
        _meter.CreateObservableGauge("freehold_engine_streams_running", () => new Measurement<long>(core.Running, tags), null, "Streams that have pages");
        _meter.CreateObservableGauge("freehold_engine_pages_used", () => new Measurement<long>(core.Pages.InUse, tags), null, "Pages that streams use");
        _meter.CreateObservableGauge("freehold_engine_pages_cached", () => new Measurement<long>(core.Pages.Cached, tags), null, "Pages kept for prompts that begin alike");
        _meter.CreateObservableGauge("freehold_engine_pages_total", () => new Measurement<long>(core.Pages.Total, tags), null, "Pages of the budget; those given up to other models are not counted");
        _meter.CreateObservableGauge("freehold_engine_draft_models", () => new Measurement<long>(core.HasDraft ? 1 : 0, tags), null, "Models that guess for this one; 0 also after one failed");
        _meter.CreateObservableGauge("freehold_engine_kv_memory_bytes", () => new Measurement<long>(core.TouchedBytes, tags), null, "Bytes of the budget that memory stands behind");
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

    /// <summary>Guesses were checked.</summary>
    public void Guessed(GuessSource source, int drafted, int accepted)
    {
        _draftedTokens.Add(drafted, _model, _sources[(int)source]);
        _acceptedTokens.Add(accepted, _model, _sources[(int)source]);
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
