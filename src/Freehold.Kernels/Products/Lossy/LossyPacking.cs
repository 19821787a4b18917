using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// Packs one matrix, panel by panel: each output is dequantised, rotated and rounded (docs/lossy-packing.md). Plain loops in one order, so that every machine packs the same bytes.
/// </summary>
internal sealed unsafe class LossyPacking(WeightMatrix matrix, LossyKind kind, InputMoments? moments)
{
    private readonly LossyFormat _format = new(kind);

    /// <summary>Writes one panel.</summary>
    /// <param name="panel">Which sixteen outputs.</param>
    /// <param name="to">Takes its bytes, 64-byte aligned.</param>
    internal void Panel(int panel, byte* to)
    {
        NativeMemory.Clear(to, (nuint)_format.PanelBytes(matrix.Columns));
        var row = new float[matrix.Columns];
        fixed (float* w = row)
            for (var o = 0; o < Math.Min(LossyFormat.Outputs, matrix.Rows - panel * LossyFormat.Outputs); o++)
            {
                Dequantise.Row(matrix.Type, matrix.Row(panel * LossyFormat.Outputs + o), w, matrix.Columns);
                for (var block = 0; block < matrix.Columns; block += Rotation.Length)
                    Rotation.Block(w + block);
                ((float*)to)[o] = kind == LossyKind.W8 ? Bytes(row, to, o) : Codes(row, to, o);
            }
        _ = moments;
    }

    /// <summary>w8: the scale takes the largest value to 127.</summary>
    private float Bytes(ReadOnlySpan<float> w, byte* panel, int output)
    {
        var scale = Scale(w);
        var block = panel + LossyFormat.ValuesAt;
        for (var i = 0; i < w.Length; i++)
            block[(long)i / 4 * 64 + output * 4 + i % 4] = (byte)(sbyte)Math.Clamp((int)MathF.Round(scale == 0 ? 0 : w[i] / scale), -127, 127);
        return scale;
    }

    private float Codes(ReadOnlySpan<float> w, byte* panel, int output)
    {
        var scale = Scale(w);
        for (var i = 0; i < w.Length; i += LossyFormat.Group)
        {
            var block = panel + LossyFormat.ValuesAt + i / LossyFormat.Block * _format.BlockBytes;
            var group = i % LossyFormat.Block / LossyFormat.Group;
            var grid = CodeGrid.Fit(w.Slice(i, LossyFormat.Group), scale);
            block[group * 32 + output] = (byte)grid.Multiplier;
            block[group * 32 + 16 + output] = (byte)(sbyte)grid.Base;
            for (var k = 0; k < LossyFormat.Group; k++)
                block[LossyFormat.MultiplierBytes + group * 256 + (k / 4 & 3) * 64 + output * 4 + k % 4] |= (byte)(grid.Code(w[i + k]) << (k < 16 ? 0 : 4));
        }
        return scale;
    }

    private static float Scale(ReadOnlySpan<float> w)
    {
        float largest = 0;
        foreach (var value in w)
            largest = Math.Max(largest, Math.Abs(value));
        return largest / 127f;
    }
}
