using System.Runtime.InteropServices;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Products;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>A matrix of stored blocks laid out in packed panels of sixteen outputs by plain loops.</summary>
internal sealed unsafe class PackedSample : IDisposable
{
    internal const int Lanes = 16;

    internal PackedSample(WeightMatrix weights, int ahead)
    {
        Shape = ShapeOf(weights.Type, ahead);
        Groups = weights.Columns / 32;
        ValuesAt = (Groups * Shape.ScaleBytes + 63) & ~63;
        PanelBytes = ValuesAt + Groups * Shape.ValueBytes;
        Panels = weights.Rows / Lanes;
        Memory = (byte*)NativeMemory.AlignedAlloc((nuint)(PanelBytes * Panels), 64);
        NativeMemory.Clear(Memory, (nuint)(PanelBytes * Panels));
        for (var output = 0; output < Panels * Lanes; output++)
            for (var g = 0; g < Groups; g++)
                Block(weights.Row(output) + g * weights.Format.BlockBytes, Panel(output / Lanes), output % Lanes, g);
    }

    internal PackedShape Shape { get; }

    internal int Groups { get; }

    internal long ValuesAt { get; }

    internal long PanelBytes { get; }

    internal int Panels { get; }

    internal byte* Memory { get; }

    internal static TensorType[] Types { get; } = [TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1];

    internal byte* Panel(int panel) => Memory + panel * PanelBytes;

    internal static PackedShape ShapeOf(TensorType type, int ahead) => type switch
    {
        TensorType.Q8_0 => new(8, 128, false, ahead),
        TensorType.Q4_0 => new(4, 8, false, ahead),
        TensorType.Q4_1 => new(4, 0, true, ahead),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "has no packed shape"),
    };

    /// <summary>A call for some panels, which may lie anywhere, and the rows of quantised activations.</summary>
    internal PackedCall Call(ReadOnlySpan<int> panels, ActivationRows x, float* y)
    {
        var call = new PackedCall { ValuesAt = ValuesAt, Q = x.Q8, D = x.D, Sums = x.Sums, Y = y, Groups = Groups, Panel0 = Panel(panels[0]) };
        if (panels.Length > 1)
            call.Panel1 = Panel(panels[1]);
        if (panels.Length > 2)
        {
            call.Panel2 = Panel(panels[2]);
            call.Panel3 = Panel(panels[3]);
        }
        return call;
    }

    public void Dispose() => NativeMemory.AlignedFree(Memory);

    private void Block(byte* block, byte* panel, int lane, int g)
    {
        var scale = (ushort*)(panel + g * Shape.ScaleBytes) + lane;
        *scale = *(ushort*)block;
        if (Shape.Minimum)
            scale[Lanes] = *(ushort*)(block + 2);
        var values = block + (Shape.Minimum ? 4 : 2);
        var to = panel + ValuesAt + g * Shape.ValueBytes;
        for (var k = 0; k < 32; k++)
        {
            var at = to + (k / 4 % (Shape.Bits == 8 ? 8 : 4) * Lanes + lane) * 4 + k % 4;
            // A stored nibble byte holds values k and k + 16.
            *at |= (byte)(Shape.Bits == 8 ? values[k] : (values[k % 16] >> (k < 16 ? 0 : 4) & 15) << (k < 16 ? 0 : 4));
        }
    }
}
