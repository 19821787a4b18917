using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Freehold.Kernels.Products.Lossy;

/// <summary>Reads the values of one <see cref="LossyKind"/> on Arm64: a quad step of four outputs (a quarter of a panel) at a time, as SDOT wants it.</summary>
internal unsafe interface IAdvSimdLossyCodes
{
    /// <summary>How they lie.</summary>
    static abstract LossyFormat Format { get; }

    /// <summary>What makes values of a group's codes: of each of four outputs, four times over.</summary>
    static abstract void Grid(byte* block, int group, int quarter, out Vector128<byte> multipliers, out Vector128<byte> bases);

    /// <summary>The values of quad steps <paramref name="step"/> (0 to 3) and <paramref name="step"/> + 4 of a group.</summary>
    static abstract void Steps(
        byte* block, int group, int quarter, int step, Vector128<byte> multipliers, Vector128<byte> bases, out Vector128<sbyte> low, out Vector128<sbyte> high);
}

/// <summary>Values as they are.</summary>
internal readonly unsafe struct AdvSimdW8Codes : IAdvSimdLossyCodes
{
    public static LossyFormat Format
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(LossyKind.W8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Grid(byte* block, int group, int quarter, out Vector128<byte> multipliers, out Vector128<byte> bases) => multipliers = bases = default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(
        byte* block, int group, int quarter, int step, Vector128<byte> multipliers, Vector128<byte> bases, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        var at = (sbyte*)block + group * 512 + step * 64 + quarter * 16;
        low = Vector128.Load(at);
        high = Vector128.Load(at + 256);
    }
}

/// <summary>Codes of 4 bits with a multiplier and a base for 32 inputs.</summary>
internal readonly unsafe struct AdvSimdW4Codes : IAdvSimdLossyCodes
{
    public static LossyFormat Format
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(LossyKind.W4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Grid(byte* block, int group, int quarter, out Vector128<byte> multipliers, out Vector128<byte> bases)
    {
        var four = Vector128.Create((byte)0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
        var at = block + group * 32 + quarter * 4;
        multipliers = AdvSimd.Arm64.VectorTableLookup(AdvSimd.LoadAndReplicateToVector128((uint*)at).AsByte(), four);
        bases = AdvSimd.Arm64.VectorTableLookup(AdvSimd.LoadAndReplicateToVector128((uint*)(at + 16)).AsByte(), four);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Steps(
        byte* block, int group, int quarter, int step, Vector128<byte> multipliers, Vector128<byte> bases, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        var codes = Vector128.Load(block + LossyFormat.MultiplierBytes + group * 256 + step * 64 + quarter * 16);
        low = Levels(codes & Vector128.Create((byte)15), multipliers, bases);
        high = Levels(AdvSimd.ShiftRightLogical(codes, 4), multipliers, bases);
    }

    /// <summary>(multiplier * code >> 4) + base: the shift narrows products of 16 bits, and bytes wrap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Levels(Vector128<byte> codes, Vector128<byte> multipliers, Vector128<byte> bases)
    {
        var half = AdvSimd.ShiftRightLogicalNarrowingLower(AdvSimd.MultiplyWideningLower(codes.GetLower(), multipliers.GetLower()), 4);
        return (AdvSimd.ShiftRightLogicalNarrowingUpper(half, AdvSimd.MultiplyWideningUpper(codes, multipliers), 4) + bases).AsSByte();
    }
}
