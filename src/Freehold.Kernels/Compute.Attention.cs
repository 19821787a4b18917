using Freehold.Kernels.Attention;

namespace Freehold.Kernels;

public sealed unsafe partial class Compute
{
    private readonly AppendWork _append = new();
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
        fixed (SequenceRows* first = sequences)
        {
            _append.Isa = Isa;
            _append.Memory = memory;
            _append.LayerOffset = layerOffset;
            _append.Layout = layout;
            _append.Keys = keys;
            _append.KeyStride = keyStride;
            _append.Values = values;
            _append.ValueStride = valueStride;
            _append.Sequences = first;
            _append.Count = sequences.Length;
            _append.Start(Workers);
        }
    }

    /// <summary>Attention of every row over the keys and values its sequence's pages hold; see <see cref="AttentionCall"/>.</summary>
    /// <param name="call">Where queries, pages and outputs are, and the kind of attention.</param>
    /// <param name="sequences">The runs of rows; their keys and values have been appended.</param>
    /// <exception cref="ArgumentException">The query heads are not a multiple of the key-value heads.</exception>
    public void Attend(in AttentionCall call, ReadOnlySpan<SequenceRows> sequences)
    {
        if (call.Layout.KeyValueHeads < 1 || call.Heads < 1 || call.Heads % call.Layout.KeyValueHeads != 0)
            throw new ArgumentException($"{call.Heads} query heads cannot share {call.Layout.KeyValueHeads} key-value heads");
        _attention ??= new AttentionWork(AttentionKernel.For(Isa));
        fixed (SequenceRows* first = sequences)
            _attention.Start(Workers, call, first, sequences.Length);
    }
}
