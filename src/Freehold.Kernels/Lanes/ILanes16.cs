namespace Freehold.Kernels.Lanes;

/// <summary>Sixteen floats at once: the width in which every kernel is written, whatever the registers' width.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
internal unsafe interface ILanes16<TSelf> : ILane<TSelf>
    where TSelf : struct, ILanes16<TSelf>
{
    /// <summary>Lanes in a value.</summary>
    const int Count = 16;

    /// <summary>Whether sixteen accumulators and their operands fit in registers (blocks of 4 by 4); otherwise four do.</summary>
    static abstract bool HoldsSixteen { get; }

    /// <summary>0, 1, ... 15 as 32-bit integers.</summary>
    static abstract TSelf Indices { get; }

    /// <summary>Sixteen floats from memory of any alignment.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Sixteen floats to memory of any alignment.</summary>
    static abstract void Store(TSelf value, float* target);

    /// <summary>Sixteen unsigned 16-bit values from memory, each widened to 32 bits.</summary>
    static abstract TSelf LoadWidened(ushort* source);

    /// <summary>Sixteen signed bytes from memory, each as a float.</summary>
    static abstract TSelf LoadBytes(sbyte* source);

    /// <summary>Eight floats from memory, each twice in neighbouring lanes.</summary>
    static abstract TSelf LoadPaired(float* source);

    /// <summary>Each even lane exchanged with the odd lane after it.</summary>
    static abstract TSelf SwapPairs(TSelf value);

    /// <summary>The sum of all lanes, folded in halves: 8, 4, 2, 1.</summary>
    static abstract float FoldSum(TSelf value);

    /// <summary>The largest of all lanes by <see cref="ILane{TSelf}.Max"/>, folded in halves: 8, 4, 2, 1.</summary>
    static abstract float FoldMax(TSelf value);
}
