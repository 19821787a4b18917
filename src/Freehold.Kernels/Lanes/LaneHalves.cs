using System.Runtime.CompilerServices;

namespace Freehold.Kernels.Lanes;

/// <summary>
/// Sixteen-bit floats made float, exactly. .NET offers no instruction for it, so bits are moved; no step depends on how denormal
/// floats are treated, and none is slow on them.
/// </summary>
internal static class LaneHalves
{
    /// <summary>The floats of IEEE binary16 bits, one in each lane's low 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FromHalf<T>(T bits)
        where T : struct, ILane<T>
    {
        var magnitude = bits & T.BroadcastBits(0x7FFF);
        var sign = T.ShiftLeft(bits ^ magnitude, 16);

        // Normal numbers: exponent and mantissa move up 13 places, the bias grows from 15 to 127.
        var normal = T.IntAdd(T.ShiftLeft(magnitude, 13), T.BroadcastBits(112 << 23));
        // Infinity and NaN: the exponent grows once more, from 31 to 255.
        var special = T.IntGreaterThan(magnitude, T.BroadcastBits(0x7BFF)) & T.BroadcastBits(112 << 23);
        // Denormals are whole numbers of 2^-24.
        var denormal = T.IntToFloat(magnitude) * T.Broadcast(5.9604644775390625e-8f);
        var isDenormal = T.IntGreaterThan(T.BroadcastBits(0x0400), magnitude);
        return T.Select(isDenormal, denormal, T.IntAdd(normal, special)) | sign;
    }

    /// <summary>The floats of bfloat16 bits, one in each lane's low 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FromBFloat<T>(T bits)
        where T : struct, ILane<T> => T.ShiftLeft(bits, 16);
}
