using System.Diagnostics.Metrics;
using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Metering;

public class EngineMetersTests
{
    [Fact]
    public void Requests_tokens_times_and_pages_are_told()
    {
        // Engines of tests that run beside this one have other threads; the engine of this test is stepped here.
        var thread = Environment.CurrentManagedThreadId;
        var sums = new Dictionary<string, double>();
        var counts = new Dictionary<string, int>();
        void Note(Instrument instrument, double value)
        {
            if (Environment.CurrentManagedThreadId != thread)
                return;
            sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value;
            counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + 1;
        }
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Meter.Name == "Freehold.Engine" && !instrument.IsObservable)
                    me.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Note(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Note(instrument, value));
        listener.Start();

        using var bench = new Bench(stepped: true, model: new RememberingModel(258) { Script = (_, logits) => logits[ByteTokenizer.Eos] = -1 });
        for (var i = 0; i < 2; i++)
        {
            bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 100), 10), TestContext.Current.CancellationToken);
            bench.StepAll();
        }
        Assert.Equal(2, sums["freehold_engine_requests_total"]);
        Assert.Equal(200, sums["freehold_engine_prompt_tokens_total"]);
        Assert.Equal(64, sums["freehold_engine_cached_tokens_total"]);
        Assert.Equal(20, sums["freehold_engine_generated_tokens_total"]);
        Assert.Equal(2, counts["freehold_engine_time_to_first_token_seconds"]);
        Assert.Equal(18, counts["freehold_engine_inter_token_seconds"]);
    }

    [Fact]
    public void Queue_streams_pages_and_memory_are_told_when_asked()
    {
        var names = new HashSet<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Meter.Name == "Freehold.Engine" && instrument.IsObservable)
                    me.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            // Engines of tests that run beside this one tell their own models.
            if (tags.Length == 1 && tags[0] is { Key: "model", Value: "fake" })
                names.Add(instrument.Name);
        });
        using var bench = new Bench(stepped: true);
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Superset(
            new HashSet<string> { "freehold_engine_queue_length", "freehold_engine_streams_running", "freehold_engine_pages_used", "freehold_engine_pages_total", "freehold_engine_kv_memory_bytes" }, names);
    }
}
