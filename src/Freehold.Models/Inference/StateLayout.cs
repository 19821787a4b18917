using Freehold.Kernels.Attention;

namespace Freehold.Models.Inference;

/// <summary>
/// The state one sequence needs, declared by a model and kept by the engine: pages of keys and values for
/// <see cref="KvLayout.PageTokens"/> positions of all layers, and (for recurrent or convolutional models to come) a fixed block per sequence.
/// </summary>
/// <param name="Layers">For each attention layer: its layout and its byte offset inside a page.</param>
/// <param name="PageBytes">Bytes of one page over all layers, a multiple of 64.</param>
/// <param name="SequenceBytes">Bytes of fixed state per sequence; 0 for plain transformers.</param>
public sealed record StateLayout(IReadOnlyList<StateLayer> Layers, long PageBytes, long SequenceBytes)
{
    /// <summary>How keys and values are stored: in all layers alike.</summary>
    public KvType KeysValues => Layers.Count > 0 ? Layers[0].Layout.Type : KvType.F32;

    /// <summary>The same state with keys and values stored otherwise.</summary>
    public StateLayout With(KvType keysValues) => keysValues == KeysValues ? this : Of(Layers.Select(layer => layer.Layout with { Type = keysValues }), SequenceBytes);

    /// <summary>Lays the layers one behind another, each on a 64-byte border.</summary>
    public static StateLayout Of(IEnumerable<KvLayout> layers, long sequenceBytes = 0)
    {
        var placed = new List<StateLayer>();
        long offset = 0;
        foreach (var layer in layers)
        {
            placed.Add(new StateLayer(layer, offset));
            offset = checked(offset + (layer.PageBytes + 63 & ~63L));
        }
        return new StateLayout(placed, offset, sequenceBytes);
    }
}

/// <summary>One attention layer's place in a page.</summary>
/// <param name="Layout">Heads and lengths.</param>
/// <param name="Offset">Bytes from the page's start.</param>
public readonly record struct StateLayer(KvLayout Layout, long Offset);
