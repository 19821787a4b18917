using System.Runtime.CompilerServices;

namespace Freehold.Kernels.Lanes;

/// <summary>A single float: what the scalar functions and the scalar oracle are made of.</summary>
internal readonly struct OneLane(float value) : ILane<OneLane>
{
    public readonly float Value = value;

    private int Bits => BitConverter.SingleToInt32Bits(Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Broadcast(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane BroadcastBits(int value) => new(BitConverter.Int32BitsToSingle(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator +(OneLane left, OneLane right) => new(left.Value + right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator -(OneLane left, OneLane right) => new(left.Value - right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator *(OneLane left, OneLane right) => new(left.Value * right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator /(OneLane left, OneLane right) => new(left.Value / right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane MultiplyAdd(OneLane left, OneLane right, OneLane addend) =>
        new(MathF.FusedMultiplyAdd(left.Value, right.Value, addend.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane NegatedMultiplyAdd(OneLane left, OneLane right, OneLane addend) =>
        new(MathF.FusedMultiplyAdd(-left.Value, right.Value, addend.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Max(OneLane left, OneLane right) => left.Value > right.Value ? left : right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Min(OneLane left, OneLane right) => left.Value < right.Value ? left : right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator &(OneLane left, OneLane right) => BroadcastBits(left.Bits & right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator |(OneLane left, OneLane right) => BroadcastBits(left.Bits | right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator ^(OneLane left, OneLane right) => BroadcastBits(left.Bits ^ right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane GreaterThan(OneLane left, OneLane right) => BroadcastBits(left.Value > right.Value ? -1 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane IntGreaterThan(OneLane left, OneLane right) => BroadcastBits(left.Bits > right.Bits ? -1 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Select(OneLane mask, OneLane whenSet, OneLane whenClear) =>
        BroadcastBits((mask.Bits & whenSet.Bits) | (~mask.Bits & whenClear.Bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane IntAdd(OneLane left, OneLane right) => BroadcastBits(unchecked(left.Bits + right.Bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane IntSubtract(OneLane left, OneLane right) => BroadcastBits(unchecked(left.Bits - right.Bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane ShiftLeft(OneLane value, byte places) => BroadcastBits(value.Bits << places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane ShiftRight(OneLane value, byte places) => BroadcastBits(value.Bits >> places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane IntToFloat(OneLane value) => new(value.Bits);
}
