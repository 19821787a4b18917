using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Attention;

/// <summary>Stores keys and values in their pages, shared out by key-value heads.</summary>
internal sealed unsafe class AppendWork : ParallelWork
{
    // Below this many floats, waking the others takes longer than the work.
    private const long Alone = 32 * 1024;

    // Dimensions gathered together: one cache line of each row.
    private const int Strip = 16;

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
            var to = (float*)(Memory.Base + sequence.Pages[position / KvLayout.PageTokens] * Memory.PageStride + LayerOffset + head * Layout.HeadBytes);
            var first = sequence.FirstRow + row;
            Transpose(Keys + first * KeyStride + (long)head * Layout.KeyLength, rows, to + slot);
            to += (long)Layout.KeyLength * KvLayout.PageTokens + (long)slot * Layout.ValueLength;
            for (var r = 0; r < rows; r++)
                new ReadOnlySpan<float>(Values + (first + r) * ValueStride + (long)head * Layout.ValueLength, Layout.ValueLength)
                    .CopyTo(new Span<float>(to + (long)r * Layout.ValueLength, Layout.ValueLength));
            row += rows;
        }
    }

    private void Transpose(float* keys, int rows, float* to)
    {
        for (var strip = 0; strip < Layout.KeyLength; strip += Strip)
        {
            var end = Math.Min(strip + Strip, Layout.KeyLength);
            for (var d = strip; d < end; d++)
                for (var r = 0; r < rows; r++)
                    to[(long)d * KvLayout.PageTokens + r] = keys[r * KeyStride + d];
        }
    }
}
