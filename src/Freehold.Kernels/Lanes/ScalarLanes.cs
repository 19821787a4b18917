using System.Runtime.CompilerServices;

namespace Freehold.Kernels.Lanes;

/// <summary>Sixteen floats in a plain loop over <see cref="OneLane"/>: the oracle of the vector lanes.</summary>
internal unsafe struct ScalarLanes : ILanes16<ScalarLanes>
{
    private Sixteen _v;

    public static bool HoldsSixteen => false;

    public static ScalarLanes Indices
    {
        get
        {
            ScalarLanes result = default;
            for (var i = 0; i < 16; i++)
                result._v[i] = OneLane.BroadcastBits(i);
            return result;
        }
    }

    public static ScalarLanes Broadcast(float value) => Fill(OneLane.Broadcast(value));

    public static ScalarLanes BroadcastBits(int value) => Fill(OneLane.BroadcastBits(value));

    public static ScalarLanes Load(float* source)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = new OneLane(source[i]);
        return result;
    }

    public static void Store(ScalarLanes value, float* target)
    {
        for (var i = 0; i < 16; i++)
            target[i] = value._v[i].Value;
    }

    public static ScalarLanes LoadWidened(ushort* source)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.BroadcastBits(source[i]);
        return result;
    }

    public static ScalarLanes LoadBytes(sbyte* source)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.Broadcast(source[i]);
        return result;
    }

    public static ScalarLanes LoadPaired(float* source)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = new OneLane(source[i / 2]);
        return result;
    }

    public static ScalarLanes SwapPairs(ScalarLanes value)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = value._v[i ^ 1];
        return result;
    }

    public static float FoldSum(ScalarLanes value)
    {
        for (var half = 8; half > 0; half /= 2)
            for (var i = 0; i < half; i++)
                value._v[i] += value._v[i + half];
        return value._v[0].Value;
    }

    public static float FoldMax(ScalarLanes value)
    {
        for (var half = 8; half > 0; half /= 2)
            for (var i = 0; i < half; i++)
                value._v[i] = OneLane.Max(value._v[i], value._v[i + half]);
        return value._v[0].Value;
    }

    public static ScalarLanes operator +(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = left._v[i] + right._v[i];
        return result;
    }

    public static ScalarLanes operator -(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = left._v[i] - right._v[i];
        return result;
    }

    public static ScalarLanes operator *(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = left._v[i] * right._v[i];
        return result;
    }

    public static ScalarLanes operator /(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = left._v[i] / right._v[i];
        return result;
    }

    public static ScalarLanes operator &(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = left._v[i] & right._v[i];
        return result;
    }

    public static ScalarLanes operator |(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = left._v[i] | right._v[i];
        return result;
    }

    public static ScalarLanes operator ^(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = left._v[i] ^ right._v[i];
        return result;
    }

    public static ScalarLanes Max(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.Max(left._v[i], right._v[i]);
        return result;
    }

    public static ScalarLanes Min(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.Min(left._v[i], right._v[i]);
        return result;
    }

    public static ScalarLanes GreaterThan(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.GreaterThan(left._v[i], right._v[i]);
        return result;
    }

    public static ScalarLanes IntGreaterThan(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.IntGreaterThan(left._v[i], right._v[i]);
        return result;
    }

    public static ScalarLanes IntAdd(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.IntAdd(left._v[i], right._v[i]);
        return result;
    }

    public static ScalarLanes IntSubtract(ScalarLanes left, ScalarLanes right)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.IntSubtract(left._v[i], right._v[i]);
        return result;
    }

    public static ScalarLanes MultiplyAdd(ScalarLanes left, ScalarLanes right, ScalarLanes addend)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.MultiplyAdd(left._v[i], right._v[i], addend._v[i]);
        return result;
    }

    public static ScalarLanes NegatedMultiplyAdd(ScalarLanes left, ScalarLanes right, ScalarLanes addend)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.NegatedMultiplyAdd(left._v[i], right._v[i], addend._v[i]);
        return result;
    }

    public static ScalarLanes Select(ScalarLanes mask, ScalarLanes whenSet, ScalarLanes whenClear)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.Select(mask._v[i], whenSet._v[i], whenClear._v[i]);
        return result;
    }

    public static ScalarLanes ShiftLeft(ScalarLanes value, byte places)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.ShiftLeft(value._v[i], places);
        return result;
    }

    public static ScalarLanes ShiftRight(ScalarLanes value, byte places)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.ShiftRight(value._v[i], places);
        return result;
    }

    public static ScalarLanes IntToFloat(ScalarLanes value)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = OneLane.IntToFloat(value._v[i]);
        return result;
    }

    private static ScalarLanes Fill(OneLane value)
    {
        ScalarLanes result = default;
        for (var i = 0; i < 16; i++)
            result._v[i] = value;
        return result;
    }

    [InlineArray(16)]
    private struct Sixteen
    {
        private OneLane _first;
    }
}
