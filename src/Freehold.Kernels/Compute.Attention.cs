using Freehold.Kernels.Attention;

namespace Freehold.Kernels;

public sealed unsafe partial class Compute
{
    private AttentionWork? _attention;

    /// <summary>Stores keys and values of every row at its position's place in its sequence's pages.</summary>
    /// <param name="memory">The pages.</param>
    /// <param name="layerOffset">Bytes from a page's start to this layer's part.</param>
    /// <param name="layout">Heads and lengths.</param>
    /// <param name="keys">[rows][KeyValueHeads][KeyLength].</param>
    /// <param name="keyStride">Floats from row to row.</param>
    /// <param name="values">[rows][KeyValueHeads][ValueLength].</param>
    /// <param name="valueStride">Floats from row to row.</param>
    /// <param name="sequences">The runs of rows.</param>
    public void AppendKeysValues(
        KvMemory memory, long layerOffset, KvLayout layout, float* keys, long keyStride, float* values, long valueStride,
        ReadOnlySpan<SequenceRows> sequences)
    {
        foreach (ref readonly var sequence in sequences)
            for (var row = 0; row < sequence.Rows; row++)
            {
                var position = sequence.StartPosition + row;
                var slot = position % KvLayout.PageTokens;
                var page = memory.Base + sequence.Pages[position / KvLayout.PageTokens] * memory.PageStride + layerOffset;
                var key = keys + (sequence.FirstRow + row) * keyStride;
                var value = values + (sequence.FirstRow + row) * valueStride;
                for (var head = 0; head < layout.KeyValueHeads; head++)
                {
                    var to = (float*)(page + head * layout.HeadBytes);
                    for (var d = 0; d < layout.KeyLength; d++)
                        to[(long)d * KvLayout.PageTokens + slot] = key[(long)head * layout.KeyLength + d];
                    to += (long)layout.KeyLength * KvLayout.PageTokens + (long)slot * layout.ValueLength;
                    new ReadOnlySpan<float>(value + (long)head * layout.ValueLength, layout.ValueLength).CopyTo(new Span<float>(to, layout.ValueLength));
                }
            }
    }

    /// <summary>Attention of every row over the keys and values its sequence's pages hold; see <see cref="AttentionCall"/>.</summary>
    public void Attend(in AttentionCall call, ReadOnlySpan<SequenceRows> sequences)
    {
        _attention ??= new AttentionWork(AttentionKernel.For(Isa));
        fixed (SequenceRows* first = sequences)
            _attention.Start(Workers, call, first, sequences.Length);
    }
}
