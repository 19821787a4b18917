using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// Packs one matrix, panel by panel: each output is dequantised, rotated for w8, and rounded (docs/lossy-packing.md). Plain loops in one order, so that every machine
/// packs the same bytes.
/// </summary>
internal sealed unsafe class LossyPacking(WeightMatrix matrix, LossyKind kind)
{
    // How much of the span of a group's values its grid may leave out at each end: a few outliers, for finer steps.
    private static ReadOnlySpan<float> Spans => [1f, 0.96f, 0.92f, 0.88f, 0.84f];

    private readonly LossyFormat _format = new(kind);
    private readonly float[] _row = new float[matrix.Columns];

    /// <summary>Writes one panel.</summary>
    /// <param name="panel">Which sixteen outputs.</param>
    /// <param name="to">Takes its bytes, 64-byte aligned.</param>
    internal void Panel(int panel, byte* to)
    {
        NativeMemory.Clear(to, (nuint)_format.PanelBytes(matrix.Columns));
        fixed (float* w = _row)
            for (var o = 0; o < Math.Min(LossyFormat.Outputs, matrix.Rows - panel * LossyFormat.Outputs); o++)
            {
                var stored = matrix.Row(panel * LossyFormat.Outputs + o);
                Dequantise.Row(matrix.Type, stored, w, matrix.Columns);
                ((float*)to)[o] = kind == LossyKind.W8 ? Bytes(to, o) : Codes(stored, to, o);
            }
    }

    /// <summary>w8: the scale takes the largest value to 127.</summary>
    private float Bytes(byte* panel, int output)
    {
        fixed (float* w = _row)
            for (var i = 0; i < matrix.Columns; i += Rotation.Length)
                Rotation.Block(w + i);
        var scale = Largest() / 127f;
        var block = panel + LossyFormat.ValuesAt;
        for (var i = 0; i < _row.Length; i++)
            block[(long)i / 4 * 64 + output * 4 + i % 4] = (byte)(sbyte)(scale == 0 ? 0 : Math.Clamp((int)MathF.Round(_row[i] / scale), -127, 127));
        return scale;
    }

    private float Codes(byte* stored, byte* panel, int output)
    {
        Span<(float, float)> steps = stackalloc (float, float)[Spans.Length + 1];
        // One scale for values of up to 127 and steps of up to 255 sixteenths.
        var scale = Largest() / 127f;
        for (var i = 0; i < _row.Length; i += LossyFormat.Group)
            scale = Math.Max(scale, StoredStep(stored, i).Step * CodeGrid.Parts / CodeGrid.MostMultiplier);
        for (var i = 0; i < _row.Length; i += LossyFormat.Group)
        {
            var values = _row.AsSpan(i, LossyFormat.Group);
            steps[0] = StoredStep(stored, i);
            var count = 1;
            if (steps[0].Item1 == 0)
                count = Spanning(values, steps);
            var block = panel + LossyFormat.ValuesAt + i / LossyFormat.Block * _format.BlockBytes;
            var group = i % LossyFormat.Block / LossyFormat.Group;
            var grid = CodeGrid.Fit(values, scale, steps[..count]);
            block[group * 32 + output] = (byte)grid.Multiplier;
            block[group * 32 + 16 + output] = (byte)(sbyte)grid.Base;
            for (var k = 0; k < LossyFormat.Group; k++)
                block[LossyFormat.MultiplierBytes + group * 256 + (k / 4 & 3) * 64 + output * 4 + k % 4] |= (byte)(grid.Code(values[k]) << (k < 16 ? 0 : 4));
        }
        return scale;
    }

    /// <summary>The evenly spaced grid that a group of 32 is stored on, where its type has one of sixteen values; else a step of 0.</summary>
    private (float Step, float Low) StoredStep(byte* stored, int i)
    {
        var offset = matrix.Type switch
        {
            TensorType.Q4_0 => 8,
            TensorType.Q4_1 or TensorType.Q4_K => 0,
            _ => -1,
        };
        if (offset < 0)
            return default;
        var q = stackalloc sbyte[256];
        var scale = stackalloc float[16];
        var minimum = stackalloc float[16];
        ScalarBlocks.Unpack(matrix.Type, stored + (long)i / matrix.Format.BlockLength * matrix.Format.BlockBytes, q, scale, minimum);
        var group = i % matrix.Format.BlockLength / LossyFormat.Group;
        // A negative step runs through the same values from the other end.
        var (step, low) = (scale[group], matrix.Format.HasMinimum ? minimum[group] : -offset * scale[group]);
        return step >= 0 ? (step, low) : (-step, low + 15 * step);
    }

    private static int Spanning(ReadOnlySpan<float> values, Span<(float, float)> steps)
    {
        float low = float.MaxValue, high = float.MinValue;
        foreach (var value in values)
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        for (var i = 0; i < Spans.Length; i++)
        {
            var span = (high - low) * Spans[i];
            steps[i] = (span / 15, (low + high - span) / 2);
        }
        return Spans.Length;
    }

    private float Largest()
    {
        float largest = 0;
        foreach (var value in _row)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }
}
