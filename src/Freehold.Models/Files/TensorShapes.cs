using System.Diagnostics.CodeAnalysis;
using Freehold.Kernels.Blocks;

namespace Freehold.Models.Files;

/// <summary>Checks a tensor's type and dimensions and measures its bytes.</summary>
internal static class TensorShapes
{
    /// <summary>Measures a tensor; false with the problem in words where the type is unknown or the dimensions are impossible.</summary>
    /// <param name="name">The tensor's name, for the message.</param>
    /// <param name="type">GGML type number.</param>
    /// <param name="shape">One to four extents, each 1 to 2^31-1, row length first.</param>
    /// <param name="info">The description.</param>
    /// <param name="problem">What is wrong.</param>
    public static bool TryMeasure(string name, uint type, long[] shape, [NotNullWhen(true)] out TensorInfo? info, [NotNullWhen(false)] out string? problem)
    {
        info = null;
        if (type > int.MaxValue || !BlockFormat.TryGet((TensorType)type, out var format))
        {
            problem = $"the tensor '{name}' has type {type}{NameOf(type)}, which this engine does not compute with; get the model in another quantisation";
            return false;
        }
        if (shape[0] % format.BlockLength != 0)
        {
            problem = $"the tensor '{name}' has rows of {shape[0]} values; {format.Type} needs a multiple of {format.BlockLength}";
            return false;
        }
        // Extents are at most 2^31 - 1, so neither product reaches 2^63.
        long rows = 1;
        foreach (var extent in shape.AsSpan(1))
            rows = rows > int.MaxValue ? rows : rows * extent;
        var rowBytes = shape[0] / format.BlockLength * format.BlockBytes;
        if (rows > int.MaxValue || rowBytes > long.MaxValue / 2 / rows)
        {
            problem = $"the tensor '{name}' of {string.Join(" x ", shape)} values is too large";
            return false;
        }
        info = new TensorInfo(name, format.Type, shape, rows * rowBytes);
        problem = null;
        return true;
    }

    // Types GGML defines and this engine does not compute with (ggml.h, enum ggml_type).
    private static string NameOf(uint type) => type switch
    {
        4 or 5 => " (withdrawn from GGML)",
        9 => " (Q8_1)",
        15 => " (Q8_K)",
        16 => " (IQ2_XXS)",
        17 => " (IQ2_XS)",
        18 => " (IQ3_XXS)",
        19 => " (IQ1_S)",
        21 => " (IQ3_S)",
        22 => " (IQ2_S)",
        24 => " (I8)",
        25 => " (I16)",
        26 => " (I32)",
        27 => " (I64)",
        28 => " (F64)",
        29 => " (IQ1_M)",
        34 => " (TQ1_0)",
        35 => " (TQ2_0)",
        40 => " (NVFP4)",
        _ => "",
    };
}
