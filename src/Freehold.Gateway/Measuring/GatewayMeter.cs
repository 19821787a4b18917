using System.Diagnostics.Metrics;
using System.Globalization;
using Freehold.Gateway.Answers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Gateway.Measuring;

/// <summary>
/// What the gateway counts: requests, tokens, time to first token, time between tokens, as clients see them (what the engine counts has names without
/// <c>http</c>). Labels have bounded values: routes, served models, statuses.
/// </summary>
internal sealed class GatewayMeter
{
    /// <summary>The meter's name; every meter of the product begins with <c>Freehold.</c>.</summary>
    public const string Name = "Freehold.Gateway";

    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    private readonly Counter<long> _requests, _tokens;
    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _firstToken, _interToken;

    public GatewayMeter(IMeterFactory factory)
    {
        var meter = factory.Create(Name);
        _requests = meter.CreateCounter<long>("freehold.http.requests", "{request}", "Requests answered, by route, model and HTTP status (499: the client left).");
        _tokens = meter.CreateCounter<long>("freehold.http.tokens", "{token}", "Tokens by model and kind: prompt, cached (the part of prompt that was reused), completion.");
        _active = meter.CreateUpDownCounter<long>("freehold.http.answers_active", "{answer}", "Answers being generated now.");
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds };
        _firstToken = meter.CreateHistogram("freehold.http.time_to_first_token", "s", "From a request's arrival at the model to its first token.", null, advice);
        _interToken = meter.CreateHistogram("freehold.http.inter_token_time", "s", "Between one token of an answer and the next.", null, advice);
    }

    /// <summary>A request is over.</summary>
    /// <param name="http">The request.</param>
    /// <param name="model">The model that answered.</param>
    /// <param name="status">What became of it, where that is not the status that was sent.</param>
    public void CountRequest(HttpContext http, string? model, int? status = null)
    {
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "other";
        _requests.Add(1, new("route", route), new("model", model ?? ""), new("status", (status ?? http.Response.StatusCode).ToString(CultureInfo.InvariantCulture)));
    }

    public void CountTokens(string? model, string kind, long count)
    {
        if (count > 0)
            _tokens.Add(count, new("model", model ?? ""), new("kind", kind));
    }

    /// <summary>Measures one answer until it is disposed.</summary>
    public Answer Begin(string model, TimeProvider clock, UsageTotals usage) => new(this, model, clock, usage);

    /// <summary>One answer's measurements.</summary>
    internal sealed class Answer : IDisposable
    {
        private readonly GatewayMeter _meter;
        private readonly KeyValuePair<string, object?> _model;
        private readonly TimeProvider _clock;
        private readonly UsageTotals _usage;
        private readonly long _begun;
        private readonly Dictionary<int, long> _latest = [];

        public Answer(GatewayMeter meter, string model, TimeProvider clock, UsageTotals usage)
        {
            (_meter, _clock, _usage) = (meter, clock, usage);
            _model = new("model", model);
            _begun = clock.GetTimestamp();
            meter._active.Add(1, _model);
        }

        /// <summary>A choice has a new piece of text.</summary>
        public void Step(int choice)
        {
            var now = _clock.GetTimestamp();
            if (_latest.TryGetValue(choice, out var before))
                _meter._interToken.Record(_clock.GetElapsedTime(before, now).TotalSeconds, _model);
            else
                _meter._firstToken.Record(_clock.GetElapsedTime(_begun, now).TotalSeconds, _model);
            _latest[choice] = now;
        }

        public void Dispose()
        {
            _meter._active.Add(-1, _model);
            var model = (string?)_model.Value;
            _meter.CountTokens(model, "prompt", _usage.Prompt);
            _meter.CountTokens(model, "cached", _usage.Cached);
            _meter.CountTokens(model, "completion", _usage.Completion);
        }
    }
}
