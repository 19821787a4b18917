using System.Runtime.CompilerServices;
using Freehold.Kernels.Lanes;

namespace Freehold.Kernels.Attention;

/// <summary>
/// The products of attention over one tile of 64 keys: scores (lanes are keys, a chain over the dimensions) and results (lanes are dimensions, a chain over the
/// keys). Four queries at a time share what is loaded; each has its own chains, so its bits do not depend on the others.
/// </summary>
internal static unsafe class AttentionTile<T>
    where T : struct, ILanes16<T>
{
    private const int Tile = KvLayout.PageTokens;
    private const int Width = 16;

    /// <summary>Scores of four queries against keys <paramref name="from"/> to <paramref name="to"/> - 1 and those in the same vectors.</summary>
    /// <param name="queries">Four of them.</param>
    /// <param name="keys">[keyLength][64].</param>
    /// <param name="keyLength">Dimensions.</param>
    /// <param name="from">First key, at least 0.</param>
    /// <param name="to">Behind the last, at most 64.</param>
    /// <param name="scores">[4][64].</param>
    public static void ScoreFour(long* queries, float* keys, int keyLength, int from, int to, float* scores)
    {
        if (T.HoldsSixteen)
        {
            ScoreFourWide(queries, keys, keyLength, scores);
            return;
        }
        float* q0 = (float*)queries[0], q1 = (float*)queries[1], q2 = (float*)queries[2], q3 = (float*)queries[3];
        for (var column = from & -Width; column < to; column += Width)
        {
            T a0 = T.Broadcast(0), a1 = a0, a2 = a0, a3 = a0;
            var k = keys + column;
            for (var i = 0; i < keyLength; i++, k += Tile)
            {
                var key = T.Load(k);
                a0 = T.MultiplyAdd(T.Broadcast(q0[i]), key, a0);
                a1 = T.MultiplyAdd(T.Broadcast(q1[i]), key, a1);
                a2 = T.MultiplyAdd(T.Broadcast(q2[i]), key, a2);
                a3 = T.MultiplyAdd(T.Broadcast(q3[i]), key, a3);
            }
            T.Store(a0, scores + column);
            T.Store(a1, scores + Tile + column);
            T.Store(a2, scores + 2 * Tile + column);
            T.Store(a3, scores + 3 * Tile + column);
        }
    }

    /// <summary>Scores of one query against all 64 keys.</summary>
    public static void ScoreOne(float* query, float* keys, int keyLength, float* scores)
    {
        T a = T.Broadcast(0), b = a, c = a, d = a;
        for (var i = 0; i < keyLength; i++, keys += Tile)
        {
            var x = T.Broadcast(query[i]);
            a = T.MultiplyAdd(x, T.Load(keys), a);
            b = T.MultiplyAdd(x, T.Load(keys + 16), b);
            c = T.MultiplyAdd(x, T.Load(keys + 32), c);
            d = T.MultiplyAdd(x, T.Load(keys + 48), d);
        }
        Store4(a, b, c, d, scores);
    }

    /// <summary>Adds keys' weighted values to the results of four queries that see them all.</summary>
    /// <param name="values">[64][valueLength].</param>
    /// <param name="valueLength">Dimensions.</param>
    /// <param name="from">First key.</param>
    /// <param name="to">Behind the last.</param>
    /// <param name="w">Weights, [4][64].</param>
    /// <param name="y">Results, [4][padded].</param>
    /// <param name="padded">Floats from result to result.</param>
    public static void AddFour(float* values, int valueLength, int from, int to, float* w, float* y, int padded)
    {
        var d = 0;
        if (T.HoldsSixteen)
            for (; d + 64 <= valueLength; d += 64)
                AddFourWide(values + d, valueLength, from, to, w, y + d, padded);
        for (; d + Width <= valueLength; d += Width)
        {
            float* y0 = y + d, y1 = y0 + padded, y2 = y1 + padded, y3 = y2 + padded;
            T a0 = T.Load(y0), a1 = T.Load(y1), a2 = T.Load(y2), a3 = T.Load(y3);
            var v = values + (long)from * valueLength + d;
            for (float* x = w + from, end = w + to; x < end; x++, v += valueLength)
            {
                var value = T.Load(v);
                a0 = T.MultiplyAdd(T.Broadcast(*x), value, a0);
                a1 = T.MultiplyAdd(T.Broadcast(x[Tile]), value, a1);
                a2 = T.MultiplyAdd(T.Broadcast(x[2 * Tile]), value, a2);
                a3 = T.MultiplyAdd(T.Broadcast(x[3 * Tile]), value, a3);
            }
            T.Store(a0, y0);
            T.Store(a1, y1);
            T.Store(a2, y2);
            T.Store(a3, y3);
        }
        if (d < valueLength)
            for (var q = 0; q < AttentionKernel.Rows; q++)
                AddTail(values, valueLength, d, from, to, w + q * Tile, y + (long)q * padded);
    }

    /// <summary>Adds keys' weighted values to one query's result.</summary>
    public static void AddOne(float* values, int valueLength, int from, int to, float* w, float* y)
    {
        if (from >= to)
            return;
        var d = 0;
        for (; d + 64 <= valueLength; d += 64)
        {
            T a = T.Load(y + d), b = T.Load(y + d + 16), c = T.Load(y + d + 32), e = T.Load(y + d + 48);
            for (var key = from; key < to; key++)
            {
                var x = T.Broadcast(w[key]);
                var v = values + (long)key * valueLength + d;
                a = T.MultiplyAdd(x, T.Load(v), a);
                b = T.MultiplyAdd(x, T.Load(v + 16), b);
                c = T.MultiplyAdd(x, T.Load(v + 32), c);
                e = T.MultiplyAdd(x, T.Load(v + 48), e);
            }
            Store4(a, b, c, e, y + d);
        }
        for (; d + Width <= valueLength; d += Width)
        {
            var a = T.Load(y + d);
            for (var key = from; key < to; key++)
                a = T.MultiplyAdd(T.Broadcast(w[key]), T.Load(values + (long)key * valueLength + d), a);
            T.Store(a, y + d);
        }
        if (d < valueLength)
            AddTail(values, valueLength, d, from, to, w, y);
    }

    private static void AddTail(float* values, int valueLength, int first, int from, int to, float* w, float* y)
    {
        for (var d = first; d < valueLength; d++)
        {
            var a = y[d];
            for (var key = from; key < to; key++)
                a = MathF.FusedMultiplyAdd(w[key], values[(long)key * valueLength + d], a);
            y[d] = a;
        }
    }

    private static void ScoreFourWide(long* queries, float* keys, int keyLength, float* scores)
    {
        float* q0 = (float*)queries[0], q1 = (float*)queries[1], q2 = (float*)queries[2], q3 = (float*)queries[3];
        T a0 = T.Broadcast(0), b0 = a0, c0 = a0, d0 = a0, a1 = a0, b1 = a0, c1 = a0, d1 = a0;
        T a2 = a0, b2 = a0, c2 = a0, d2 = a0, a3 = a0, b3 = a0, c3 = a0, d3 = a0;
        for (var i = 0; i < keyLength; i++)
        {
            var k = keys + (long)i * Tile;
            T ka = T.Load(k), kb = T.Load(k + 16), kc = T.Load(k + 32), kd = T.Load(k + 48);
            var x = T.Broadcast(q0[i]);
            a0 = T.MultiplyAdd(x, ka, a0);
            b0 = T.MultiplyAdd(x, kb, b0);
            c0 = T.MultiplyAdd(x, kc, c0);
            d0 = T.MultiplyAdd(x, kd, d0);
            x = T.Broadcast(q1[i]);
            a1 = T.MultiplyAdd(x, ka, a1);
            b1 = T.MultiplyAdd(x, kb, b1);
            c1 = T.MultiplyAdd(x, kc, c1);
            d1 = T.MultiplyAdd(x, kd, d1);
            x = T.Broadcast(q2[i]);
            a2 = T.MultiplyAdd(x, ka, a2);
            b2 = T.MultiplyAdd(x, kb, b2);
            c2 = T.MultiplyAdd(x, kc, c2);
            d2 = T.MultiplyAdd(x, kd, d2);
            x = T.Broadcast(q3[i]);
            a3 = T.MultiplyAdd(x, ka, a3);
            b3 = T.MultiplyAdd(x, kb, b3);
            c3 = T.MultiplyAdd(x, kc, c3);
            d3 = T.MultiplyAdd(x, kd, d3);
        }
        Store4(a0, b0, c0, d0, scores);
        Store4(a1, b1, c1, d1, scores + Tile);
        Store4(a2, b2, c2, d2, scores + 2 * Tile);
        Store4(a3, b3, c3, d3, scores + 3 * Tile);
    }

    private static void AddFourWide(float* values, int valueLength, int from, int to, float* w, float* y, int padded)
    {
        float* y1 = y + padded, y2 = y1 + padded, y3 = y2 + padded;
        T a0 = T.Load(y), b0 = T.Load(y + 16), c0 = T.Load(y + 32), d0 = T.Load(y + 48);
        T a1 = T.Load(y1), b1 = T.Load(y1 + 16), c1 = T.Load(y1 + 32), d1 = T.Load(y1 + 48);
        T a2 = T.Load(y2), b2 = T.Load(y2 + 16), c2 = T.Load(y2 + 32), d2 = T.Load(y2 + 48);
        T a3 = T.Load(y3), b3 = T.Load(y3 + 16), c3 = T.Load(y3 + 32), d3 = T.Load(y3 + 48);
        for (var key = from; key < to; key++)
        {
            var v = values + (long)key * valueLength;
            T va = T.Load(v), vb = T.Load(v + 16), vc = T.Load(v + 32), vd = T.Load(v + 48);
            var x = T.Broadcast(w[key]);
            a0 = T.MultiplyAdd(x, va, a0);
            b0 = T.MultiplyAdd(x, vb, b0);
            c0 = T.MultiplyAdd(x, vc, c0);
            d0 = T.MultiplyAdd(x, vd, d0);
            x = T.Broadcast(w[Tile + key]);
            a1 = T.MultiplyAdd(x, va, a1);
            b1 = T.MultiplyAdd(x, vb, b1);
            c1 = T.MultiplyAdd(x, vc, c1);
            d1 = T.MultiplyAdd(x, vd, d1);
            x = T.Broadcast(w[2 * Tile + key]);
            a2 = T.MultiplyAdd(x, va, a2);
            b2 = T.MultiplyAdd(x, vb, b2);
            c2 = T.MultiplyAdd(x, vc, c2);
            d2 = T.MultiplyAdd(x, vd, d2);
            x = T.Broadcast(w[3 * Tile + key]);
            a3 = T.MultiplyAdd(x, va, a3);
            b3 = T.MultiplyAdd(x, vb, b3);
            c3 = T.MultiplyAdd(x, vc, c3);
            d3 = T.MultiplyAdd(x, vd, d3);
        }
        Store4(a0, b0, c0, d0, y);
        Store4(a1, b1, c1, d1, y1);
        Store4(a2, b2, c2, d2, y2);
        Store4(a3, b3, c3, d3, y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store4(T a, T b, T c, T d, float* to)
    {
        T.Store(a, to);
        T.Store(b, to + 16);
        T.Store(c, to + 32);
        T.Store(d, to + 48);
    }
}
