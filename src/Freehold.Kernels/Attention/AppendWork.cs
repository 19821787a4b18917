using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Attention;

/// <summary>Stores keys and values in their pages, shared out by key-value heads.</summary>
internal sealed unsafe class AppendWork : ParallelWork
{
    // Below this many floats, waking the others takes longer than the work.
    private const long Alone = 32 * 1024;

    public InstructionSet Isa;
    public KvMemory Memory;
    public long LayerOffset;
    public KvLayout Layout;
    public float* Keys, Values;
    public long KeyStride, ValueStride;
    public SequenceRows* Sequences;
    public int Count;

    public void Start(WorkerPool pool)
    {
        long rows = 0;
        for (var i = 0; i < Count; i++)
            rows += Sequences[i].Rows;
        if (rows * Layout.KeyValueHeads * (Layout.KeyLength + Layout.ValueLength) < Alone)
            Run(pool, 0, 1);
        else
            pool.Run(this);
    }

    public override void Run(WorkerPool pool, int worker, int workers)
    {
        for (var head = worker; head < Layout.KeyValueHeads; head += workers)
            for (var i = 0; i < Count; i++)
                Append(Sequences[i], head);
    }

    private void Append(in SequenceRows sequence, int head)
    {
        for (var row = 0; row < sequence.Rows;)
        {
            var position = sequence.StartPosition + row;
            var slot = position % KvLayout.PageTokens;
            var rows = Math.Min(KvLayout.PageTokens - slot, sequence.Rows - row);
            var page = Memory.Base + sequence.Pages[position / KvLayout.PageTokens] * Memory.PageStride + LayerOffset + head * Layout.HeadBytes;
            var first = sequence.FirstRow + row;
            var keys = Keys + first * KeyStride + (long)head * Layout.KeyLength;
            var values = Values + first * ValueStride + (long)head * Layout.ValueLength;
            if (Layout.Type == KvType.Q8)
                Quantise(keys, values, rows, page, slot);
            else
                Copy(keys, values, rows, (float*)page, slot);
            row += rows;
        }
    }

    private void Quantise(float* keys, float* values, int rows, byte* page, int slot)
    {
        for (var r = 0; r < rows; r++)
        {
            QuantisedHead.StoreKey(Isa, Layout, page, slot + r, keys + r * KeyStride);
            QuantisedHead.StoreValue(Isa, Layout, page, slot + r, values + r * ValueStride);
        }
    }

    private void Copy(float* keys, float* values, int rows, float* page, int slot)
    {
        Transpose(keys, rows, page + slot);
        var to = page + (long)Layout.KeyLength * KvLayout.PageTokens + (long)slot * Layout.ValueLength;
        for (var r = 0; r < rows; r++)
            new ReadOnlySpan<float>(values + r * ValueStride, Layout.ValueLength).CopyTo(new Span<float>(to + (long)r * Layout.ValueLength, Layout.ValueLength));
    }

    private void Transpose(float* keys, int rows, float* to)
    {
        // Row by row: the pages' lines written stay in L1 for the next row, while rows read side by side would fight for its ways.
        for (var r = 0; r < rows; r++)
            for (var d = 0; d < Layout.KeyLength; d++)
                to[(long)d * KvLayout.PageTokens + r] = keys[r * KeyStride + d];
    }
}
