namespace Freehold.Kernels.Lanes;

/// <summary>
/// Float arithmetic on one lane or many, in operations that give equal bits on every instruction set: IEEE basic operations, fused
/// multiply-add, and integer operations on the same bits. Kernels are written once against this and compiled per instruction set.
/// </summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
internal interface ILane<TSelf>
    where TSelf : struct, ILane<TSelf>
{
    /// <summary>The same float in every lane.</summary>
    static abstract TSelf Broadcast(float value);

    /// <summary>The same 32 bits in every lane.</summary>
    static abstract TSelf BroadcastBits(int value);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>addend - left * right, rounded once.</summary>
    static abstract TSelf NegatedMultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>left &gt; right ? left : right: the right one where either is NaN (x86's maxps).</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>left &lt; right ? left : right: the right one where either is NaN (x86's minps).</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>All bits set where left &gt; right, else none.</summary>
    static abstract TSelf GreaterThan(TSelf left, TSelf right);

    /// <summary>All bits set where left &gt; right as signed 32-bit integers, else none.</summary>
    static abstract TSelf IntGreaterThan(TSelf left, TSelf right);

    /// <summary>Bits of <paramref name="whenSet"/> where the mask is set, else of <paramref name="whenClear"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenSet, TSelf whenClear);

    /// <summary>Sum of the bits as 32-bit integers, wrapping.</summary>
    static abstract TSelf IntAdd(TSelf left, TSelf right);

    /// <summary>Difference of the bits as 32-bit integers, wrapping.</summary>
    static abstract TSelf IntSubtract(TSelf left, TSelf right);

    /// <summary>The bits shifted left; 1 to 31 places.</summary>
    static abstract TSelf ShiftLeft(TSelf value, byte places);

    /// <summary>The bits shifted right, the sign bit copied in; 1 to 31 places.</summary>
    static abstract TSelf ShiftRight(TSelf value, byte places);

    /// <summary>The float of each 32-bit integer, rounded to nearest even.</summary>
    static abstract TSelf IntToFloat(TSelf value);
}
