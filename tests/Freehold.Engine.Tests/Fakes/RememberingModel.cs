using Freehold.Kernels.Attention;
using Freehold.Models.Inference;

namespace Freehold.Engine.Tests.Fakes;

/// <summary>
/// A model whose logits are a hash of all tokens up to the row, which it must read back from the pages it wrote them to. A page that was
/// lost, mixed up, shared wrongly or given away too early shows as another token.
/// </summary>
internal sealed unsafe class RememberingModel(int vocabulary, int context = 4096, int maxRows = 512, int maxLogitRows = 64, long bytes = 1 << 20) : CausalModel
{
    private readonly float[] _logits = new float[vocabulary * maxLogitRows];

    /// <summary>Called with each batch before it is computed.</summary>
    public Action<ForwardBatch>? Watch { get; set; }

    /// <summary>Replaces the logits of a row: (tokens so far, logits).</summary>
    public Action<int[], float[]>? Script { get; set; }

    public bool IsDisposed { get; private set; }

    public override ModelShape Shape { get; } = new("fake", vocabulary, context, 1, 1, 1000);

    // Room for a token and a position: 8 of 512 bytes a position would do; the rest is margin.
    public override StateLayout State { get; } = StateLayout.Of([new KvLayout(1, 1, 1)]);

    public override int MaxRows => maxRows;

    public override int MaxLogitRows => maxLogitRows;

    public override long ResidentBytes => bytes;

    public override ReadOnlySpan<float> Forward(ForwardBatch batch)
    {
        Watch?.Invoke(batch);
        foreach (var run in batch.Sequences)
            for (var row = 0; row < run.Rows; row++)
                *Place(batch.Memory, run, run.StartPosition + row) = (batch.Tokens[run.FirstRow + row], run.StartPosition + row);
        var given = 0;
        foreach (var run in batch.Sequences)
            foreach (var row in batch.LogitRows)
                if (row >= run.FirstRow && row < run.FirstRow + run.Rows)
                    Fill(batch.Memory, run, run.StartPosition + row - run.FirstRow, _logits.AsSpan(given++ * vocabulary, vocabulary));
        return _logits.AsSpan(0, given * vocabulary);
    }

    protected override void Dispose(bool disposing) => IsDisposed = true;

    private void Fill(KvMemory memory, SequenceRows run, int last, Span<float> logits)
    {
        ulong hash = 17;
        var tokens = Script is null ? null : new int[last + 1];
        for (var position = 0; position <= last; position++)
        {
            var (token, written) = *Place(memory, run, position);
            hash = Mix(hash ^ (ulong)token ^ (ulong)written << 32);
            if (tokens is not null)
                tokens[position] = token;
        }
        for (var id = 0; id < logits.Length; id++)
            logits[id] = (Mix(hash + (ulong)id) >> 40) * (8f / (1 << 24));
        if (Script is not null)
        {
            var row = logits.ToArray();
            Script(tokens!, row);
            row.CopyTo(logits);
        }
    }

    private static (int Token, int Position)* Place(KvMemory memory, SequenceRows run, int position) =>
        (ValueTuple<int, int>*)(memory.Base + run.Pages[position / KvLayout.PageTokens] * memory.PageStride) + position % KvLayout.PageTokens;

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
