using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;

namespace Freehold.Kernels.Tests.Products;

/// <summary>Weights of random bytes whose scales are sensible numbers, in memory that ends where the last row ends.</summary>
internal sealed unsafe class RandomWeights : IDisposable
{
    private readonly byte* _memory;

    internal RandomWeights(TensorType type, int rows, int columns, int seed, Func<Random, ushort>? half = null)
    {
        var format = BlockFormat.Of(type);
        var bytes = format.RowBytes(columns) * rows;
        _memory = (byte*)NativeMemory.Alloc((nuint)bytes);
        var random = new Random(seed);
        random.NextBytes(new Span<byte>(_memory, (int)bytes));
        half ??= Sensible;
        for (var block = _memory; block < _memory + bytes; block += format.BlockBytes)
            foreach (var at in HalvesOf(type))
                *(ushort*)(block + at) = half(random);
        if (type == TensorType.MXFP4)
            for (var block = _memory; block < _memory + bytes; block += format.BlockBytes)
                *block = (byte)random.Next(118, 128);
        if (type == TensorType.F32)
            for (var i = 0; i < bytes / 4; i++)
                ((float*)_memory)[i] = random.NextSingle() - 0.5f;
        if (type == TensorType.BF16)
            for (var i = 0; i < bytes / 2; i++)
                ((ushort*)_memory)[i] = (ushort)(BitConverter.SingleToUInt32Bits(random.NextSingle() - 0.5f) >> 16);
        Matrix = new WeightMatrix(type, rows, columns, _memory, this);
    }

    internal WeightMatrix Matrix { get; }

    /// <summary>All quantised types.</summary>
    internal static TensorType[] Quantised { get; } =
    [
        TensorType.Q4_0, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1, TensorType.Q8_0, TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K,
        TensorType.Q5_K, TensorType.Q6_K, TensorType.IQ4_NL, TensorType.IQ4_XS, TensorType.MXFP4,
    ];

    /// <summary>Where each block keeps its binary16 numbers.</summary>
    internal static int[] HalvesOf(TensorType type) => type switch
    {
        TensorType.F16 => [0],
        TensorType.Q4_0 or TensorType.Q5_0 or TensorType.Q8_0 or TensorType.IQ4_NL or TensorType.IQ4_XS => [0],
        TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q4_K or TensorType.Q5_K => [0, 2],
        TensorType.Q2_K => [80, 82],
        TensorType.Q3_K => [108],
        TensorType.Q6_K => [208],
        _ => [],
    };

    private static ushort Sensible(Random random) => BitConverter.HalfToUInt16Bits((Half)((random.NextSingle() - 0.5f) * 0.02f));

    public void Dispose() => NativeMemory.Free(_memory);
}
