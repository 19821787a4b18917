namespace Freehold.Kernels.Products;

/// <summary>
/// The integer and float steps of a panel, one output an int32 lane. All integer steps are exact, so any order of them gives the same sums; the float
/// step is <see cref="Link"/> alone.
/// </summary>
/// <typeparam name="TVector">A register of int32 lanes.</typeparam>
internal unsafe interface IPanelLanes<TVector>
    where TVector : struct
{
    /// <summary>Outputs in a register.</summary>
    static abstract int Count { get; }

    /// <summary>Whether <see cref="Dot"/> is there, so that int8 activations need no int16 sums.</summary>
    static abstract bool HasDot { get; }

    /// <summary>Whether <see cref="Magnitude"/> and <see cref="Signed"/> are there, so that signed bytes need not become int16.</summary>
    static abstract bool HasSigns { get; }

    /// <summary>Reads one register of a panel.</summary>
    static abstract TVector Load(void* p);

    /// <summary>The same 32 bits in each lane.</summary>
    static abstract TVector Broadcast(int value);

    /// <summary>Two int16 products a lane, added to <paramref name="sum"/>.</summary>
    static abstract TVector AddPairs(TVector sum, TVector weights, TVector activations);

    /// <summary>Four products of an unsigned weight and an int8 activation a lane, added to <paramref name="sum"/>.</summary>
    static abstract TVector Dot(TVector sum, TVector weights, TVector activations);

    /// <summary>Four products of an unsigned weight and an int8 activation a lane, as two int16 sums that must fit.</summary>
    static abstract TVector Shorts(TVector weights, TVector activations);

    /// <summary>Bytes without their signs.</summary>
    static abstract TVector Magnitude(TVector bytes);

    /// <summary>Bytes with the signs of others: negated where those are below zero, zero where they are.</summary>
    static abstract TVector Signed(TVector bytes, TVector signs);

    /// <summary>Adds int16 by int16.</summary>
    static abstract TVector AddShorts(TVector left, TVector right);

    /// <summary>Adds a lane's two int16.</summary>
    static abstract TVector FoldShorts(TVector shorts);

    /// <summary>Adds int32.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>One link of each lane's chain: <c>y = fma((float)sum, scale * d, y)</c>.</summary>
    static abstract void Link(TVector sum, float* scale, float d, float* y);

    /// <summary>One link of each lane's chain where the scale comes last: <c>y = fma((float)sum, d, y)</c>.</summary>
    static abstract void LinkSlice(TVector sum, float d, float* y);

    /// <summary>The minimum's link: <c>y = fma(minimum, dsum, y)</c>.</summary>
    static abstract void LinkMinimum(float* minimum, float dsum, float* y);
}
