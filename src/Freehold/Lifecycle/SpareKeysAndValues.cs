using Freehold.Commands;
using Freehold.Engine;
using Freehold.Engine.Lifecycle;

namespace Freehold.Lifecycle;

/// <summary>Keys and values of an engine that it can do without.</summary>
/// <param name="model">Its model's name.</param>
/// <param name="engine">The engine.</param>
/// <param name="tell">Takes a line for people.</param>
internal sealed class SpareKeysAndValues(string model, InferenceEngine engine, Action<string> tell) : ISpareMemory
{
    private long OfDraft => engine.Plan.DraftKvBytes;

    public long Least => engine.LeastKvBytes + OfDraft;

    public async Task<long> ResizeAsync(long keysAndValues)
    {
        var now = await engine.ResizeAsync(keysAndValues - OfDraft);
        tell($"{model} has {ByteCount.Write(now)} of {ByteCount.Write(engine.Plan.KvBytes)} for keys and values now{(now < engine.Plan.KvBytes ? ": another model needs the rest" : "")}");
        return now + OfDraft;
    }
}
