using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Attention;

/// <summary>Attention of a few queries that share a key-value head.</summary>
internal abstract unsafe class AttentionKernel
{
    /// <summary>Queries that go through the tiles together: what they read, they read once.</summary>
    public const int Block = 32;

    /// <summary>Queries whose sums are in registers at a time.</summary>
    public const int Rows = 4;

    /// <summary>Splits are merged at absolute multiples of this many keys.</summary>
    public const int SplitKeys = 1024;

    public static AttentionKernel For(InstructionSet isa) => isa switch
    {
        InstructionSet.Avx512 or InstructionSet.Avx512Vnni or InstructionSet.Amx => new LaneAttentionKernel<Avx512Lanes>(),
        InstructionSet.Avx2 or InstructionSet.AvxVnni => new LaneAttentionKernel<Avx2Lanes>(),
        InstructionSet.AdvSimd => new LaneAttentionKernel<AdvSimdLanes>(),
        _ => new LaneAttentionKernel<ScalarLanes>(),
    };

    /// <summary>Floats of scratch for a layout: scores of a tile, sums of the split and of all splits so far, and a tile in f32 where pages hold another type.</summary>
    public static int ScratchFloats(in KvLayout layout) =>
        Block * (KvLayout.PageTokens + 2 * Padded(layout.ValueLength)) + (layout.Type == KvType.F32 ? 0 : KvLayout.PageTokens * (layout.KeyLength + layout.ValueLength));

    /// <summary>Floats of one split's result for a block of <paramref name="rows"/> queries: maxima, sums, and the values' sums.</summary>
    public static int PartialFloats(int valueLength, int rows) => 2 * Block + InRows(rows) * Padded(valueLength);

    /// <summary>A length in whole vectors.</summary>
    public static int Padded(int length) => (length + 15) & ~15;

    /// <summary>A count in whole <see cref="Rows"/>.</summary>
    public static int InRows(int count) => (count + Rows - 1) & -Rows;

    /// <summary>Computes up to <see cref="Block"/> queries.</summary>
    public abstract void Run(in AttentionCall call, int* pages, int keyValueHead, ref QueryBlock block, float* scratch);

    /// <summary>Computes one split of a block: keys <paramref name="start"/> to <paramref name="start"/> + <see cref="SplitKeys"/> - 1.</summary>
    public abstract void RunSplit(
        in AttentionCall call, int* pages, int keyValueHead, ref QueryBlock block, int start, float* partial, float* scratch);

    /// <summary>Joins a block's splits in their order, as <see cref="Run"/> does.</summary>
    public abstract void Join(in AttentionCall call, ref QueryBlock block, float* partials, int partialFloats, int splits, float* scratch);
}

/// <summary>Queries of one block: where each is, which keys it sees, and where its result goes.</summary>
internal unsafe struct QueryBlock
{
    public int Count;
    public fixed long Queries[AttentionKernel.Block];
    public fixed long Outputs[AttentionKernel.Block];

    /// <summary>First key seen.</summary>
    public fixed int From[AttentionKernel.Block];

    /// <summary>First key not seen any more.</summary>
    public fixed int To[AttentionKernel.Block];
}
