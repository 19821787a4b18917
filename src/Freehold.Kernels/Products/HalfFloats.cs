using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Products;

/// <summary>binary16 to f32, exactly, eight at once: this runtime has no instruction for it.</summary>
internal static class HalfFloats
{
    /// <summary>The eight halves as floats; infinities and NaN stay what they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Widen(Vector128<ushort> halves)
    {
        var h = Avx2.ConvertToVector256Int32(halves);
        var magnitude = h & Vector256.Create(0x7FFF);
        // Shifted into place the exponent is 112 too small; the multiplication mends it, for denormals too, without rounding.
        var value = (magnitude << 13).AsSingle() * Vector256.Create(5.192296858534828e33f);
        var special = Vector256.GreaterThan(magnitude, Vector256.Create(0x7BFF)) & Vector256.Create(0x7F800000);
        return (value.AsInt32() | special | ((h & Vector256.Create(0x8000)) << 16)).AsSingle();
    }
}
