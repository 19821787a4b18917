using System.Runtime.CompilerServices;
using Freehold.Kernels.Lanes;
using Freehold.Kernels.Numerics;

namespace Freehold.Kernels.Attention;

/// <summary>
/// Streaming softmax (arXiv 1805.02867, 2205.14135) in one order: tiles of 64 keys at absolute multiples of 64, each tile's maximum and sum taken once;
/// splits of 1,024 keys, merged ascending. A score is a chain over the key's dimensions, a result a chain over the keys a row sees, so what
/// other rows are computed along with it cannot change a bit. Keys outside a row's sight are never multiplied: their memory may hold anything.
/// </summary>
internal sealed unsafe class LaneAttentionKernel<T> : AttentionKernel
    where T : struct, ILanes16<T>
{
    private const int Width = 16;
    private const int Tile = KvLayout.PageTokens;

    public override void Run(in AttentionCall call, int* pages, int keyValueHead, ref QueryBlock block, float* scratch)
    {
        var padded = Padded(call);
        var scores = scratch;
        var split = scores + Block * Tile;
        var total = split + Block * padded;
        var max = stackalloc float[4 * Block];
        var sum = max + Block;
        var totalMax = sum + Block;
        var totalSum = totalMax + Block;
        var (from, to) = Range(ref block);
        Clear(totalMax, totalSum, total, padded);
        for (var start = from & ~(SplitKeys - 1); start < to; start += SplitKeys)
        {
            Split(call, pages, keyValueHead, ref block, start, max, sum, split, scores);
            for (var q = 0; q < block.Count; q++)
                Merge(max[q], sum[q], split + q * padded, ref totalMax[q], ref totalSum[q], total + q * padded, padded);
        }
        Finish(call, ref block, totalSum, total, padded);
    }

    public override void RunSplit(
        in AttentionCall call, int* pages, int keyValueHead, ref QueryBlock block, int start, float* partial, float* scratch) =>
        Split(call, pages, keyValueHead, ref block, start, partial, partial + Block, partial + 16, scratch);

    public override void Join(in AttentionCall call, ref QueryBlock block, float* partials, int splits, float* scratch)
    {
        var padded = Padded(call);
        var totalMax = stackalloc float[2 * Block];
        var totalSum = totalMax + Block;
        Clear(totalMax, totalSum, scratch, padded);
        for (var split = 0; split < splits; split++, partials += PartialFloats(call.Layout.ValueLength))
            for (var q = 0; q < block.Count; q++)
                Merge(partials[q], partials[Block + q], partials + 16 + q * padded, ref totalMax[q], ref totalSum[q], scratch + q * padded, padded);
        Finish(call, ref block, totalSum, scratch, padded);
    }

    private static int Padded(in AttentionCall call) => (call.Layout.ValueLength + Width - 1) & ~(Width - 1);

    private static (int From, int To) Range(ref QueryBlock block)
    {
        int from = int.MaxValue, to = 0;
        for (var q = 0; q < block.Count; q++)
        {
            from = Math.Min(from, block.From[q]);
            to = Math.Max(to, block.To[q]);
        }
        return (from, to);
    }

    private static void Clear(float* max, float* sum, float* values, int padded)
    {
        for (var q = 0; q < Block; q++)
        {
            max[q] = float.NegativeInfinity;
            sum[q] = 0;
        }
        for (var i = 0; i < Block * padded; i += Width)
            T.Store(T.Broadcast(0), values + i);
    }

    /// <summary>Maxima, sums and weighted values of the keys from <paramref name="start"/>, at most <see cref="AttentionKernel.SplitKeys"/>.</summary>
    private static void Split(
        in AttentionCall call, int* pages, int keyValueHead, ref QueryBlock block, int start, float* max, float* sum, float* split, float* scores)
    {
        var (keyLength, valueLength) = (call.Layout.KeyLength, call.Layout.ValueLength);
        var padded = Padded(call);
        Clear(max, sum, split, padded);
        var (from, to) = Range(ref block);
        var last = Math.Min(start + SplitKeys, to);
        for (var tile = Math.Max(start, from & ~(Tile - 1)); tile < last; tile += Tile)
        {
            var keys = (float*)(call.Memory.Base + pages[tile / Tile] * call.Memory.PageStride + call.LayerOffset + keyValueHead * call.Layout.HeadBytes);
            Score(ref block, keys, keyLength, scores);
            for (var q = 0; q < block.Count; q++)
                Weigh(call, block.From[q] - tile, block.To[q] - tile, scores + q * Tile, split + q * padded, padded, ref max[q], ref sum[q]);
            AddValues(ref block, tile, keys + (long)keyLength * Tile, valueLength, scores, split, padded);
        }
    }

    private static void Finish(in AttentionCall call, ref QueryBlock block, float* sum, float* total, int padded)
    {
        for (var q = 0; q < block.Count; q++)
        {
            var factor = 1 / sum[q];
            var output = (float*)block.Outputs[q];
            for (var d = 0; d < call.Layout.ValueLength; d++)
                output[d] = total[q * padded + d] * factor;
        }
    }

    /// <summary>Scores of all queries against all 64 keys of a tile: lanes are keys, a chain over the dimensions.</summary>
    private static void Score(ref QueryBlock block, float* keys, int keyLength, float* scores)
    {
        if (block.Count == Block && T.HoldsSixteen)
        {
            Score4(ref block, keys, keyLength, scores);
            return;
        }
        for (var q = 0; q < block.Count; q++)
        {
            var query = (float*)block.Queries[q];
            T a = T.Broadcast(0), b = a, c = a, d = a;
            for (var i = 0; i < keyLength; i++)
            {
                var x = T.Broadcast(query[i]);
                var k = keys + (long)i * Tile;
                a = T.MultiplyAdd(x, T.Load(k), a);
                b = T.MultiplyAdd(x, T.Load(k + 16), b);
                c = T.MultiplyAdd(x, T.Load(k + 32), c);
                d = T.MultiplyAdd(x, T.Load(k + 48), d);
            }
            var s = scores + q * Tile;
            T.Store(a, s);
            T.Store(b, s + 16);
            T.Store(c, s + 32);
            T.Store(d, s + 48);
        }
    }

    private static void Score4(ref QueryBlock block, float* keys, int keyLength, float* scores)
    {
        float* q0 = (float*)block.Queries[0], q1 = (float*)block.Queries[1], q2 = (float*)block.Queries[2], q3 = (float*)block.Queries[3];
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store4(T a, T b, T c, T d, float* to)
    {
        T.Store(a, to);
        T.Store(b, to + 16);
        T.Store(c, to + 32);
        T.Store(d, to + 48);
    }

    /// <summary>Turns one query's scores into weights, exactly 0 outside its sight, and brings maximum, sum and result so far to the new maximum.</summary>
    private static void Weigh(in AttentionCall call, int from, int to, float* scores, float* split, int padded, ref float max, ref float sum)
    {
        if (to <= 0 || from >= Tile)
            return;
        var lowest = T.Broadcast(float.NegativeInfinity);
        var scale = T.Broadcast(call.Scale);
        var largest = lowest;
        for (var i = 0; i < Tile; i += Width)
        {
            var s = T.Load(scores + i) * scale;
            if (call.SoftCap != 0)
                s = LaneFunctions.Tanh(s / T.Broadcast(call.SoftCap)) * T.Broadcast(call.SoftCap);
            s = T.Select(Sight(i, from, to), s, lowest);
            T.Store(s, scores + i);
            largest = T.Max(s, largest);
        }
        var tileMax = T.FoldMax(largest);
        var next = tileMax > max ? tileMax : max;
        var keep = max == float.NegativeInfinity ? 0 : Functions.Exp(max - next);
        var shift = T.Broadcast(next);
        T total = T.Broadcast(0);
        for (var i = 0; i < Tile; i += Width)
        {
            var w = LaneFunctions.Exp(T.Load(scores + i) - shift) & Sight(i, from, to);
            T.Store(w, scores + i);
            total += w;
        }
        max = next;
        sum = MathF.FusedMultiplyAdd(sum, keep, T.FoldSum(total));
        if (keep != 1)
        {
            var factor = T.Broadcast(keep);
            for (var i = 0; i < padded; i += Width)
                T.Store(T.Load(split + i) * factor, split + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sight(int offset, int from, int to) =>
        T.IntGreaterThan(T.BroadcastBits(to - offset), T.Indices) & T.IntGreaterThan(T.Indices, T.BroadcastBits(from - offset - 1));

    /// <summary>Adds the weighted values: lanes are dimensions, a chain over the keys each query sees.</summary>
    private static void AddValues(ref QueryBlock block, int tile, float* values, int valueLength, float* scores, float* split, int padded)
    {
        int from = 0, to = Tile, first = Tile, end = 0;
        for (var q = 0; q < block.Count; q++)
        {
            from = Math.Max(from, block.From[q] - tile);
            to = Math.Min(to, block.To[q] - tile);
            first = Math.Min(first, Math.Max(0, block.From[q] - tile));
            end = Math.Max(end, Math.Min(Tile, block.To[q] - tile));
        }
        var together = block.Count == Block && T.HoldsSixteen && valueLength % 64 == 0 && from < to;
        if (!together)
        {
            for (var q = 0; q < block.Count; q++)
                AddOne(values, valueLength, Math.Max(0, block.From[q] - tile), Math.Min(Tile, block.To[q] - tile), scores + q * Tile, split + q * padded);
            return;
        }
        if (first < from)
            for (var q = 0; q < Block; q++)
                AddOne(values, valueLength, Math.Max(0, block.From[q] - tile), from, scores + q * Tile, split + q * padded);
        for (var d = 0; d < valueLength; d += 64)
            AddFour(values + d, valueLength, from, to, scores, split + d, padded);
        if (to < end)
            for (var q = 0; q < Block; q++)
                AddOne(values, valueLength, to, Math.Min(Tile, block.To[q] - tile), scores + q * Tile, split + q * padded);
    }

    private static void AddFour(float* values, int valueLength, int from, int to, float* w, float* y, int padded)
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

    private static void AddOne(float* values, int valueLength, int from, int to, float* w, float* y)
    {
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
        for (; d < valueLength; d++)
        {
            var a = y[d];
            for (var key = from; key < to; key++)
                a = MathF.FusedMultiplyAdd(w[key], values[(long)key * valueLength + d], a);
            y[d] = a;
        }
    }

    /// <summary>Joins a split to those before it. A row that saw nothing of the split keeps its bits; the first split is taken as it is.</summary>
    private static void Merge(float max, float sum, float* split, ref float totalMax, ref float totalSum, float* total, int padded)
    {
        if (max == float.NegativeInfinity && sum == 0)
            return;
        if (totalSum == 0)
        {
            Buffer.MemoryCopy(split, total, padded * sizeof(float), padded * sizeof(float));
            totalMax = max;
            totalSum = sum;
            return;
        }
        var next = max > totalMax ? max : totalMax;
        var (old, fresh) = (Functions.Exp(totalMax - next), Functions.Exp(max - next));
        var (oldFactor, freshFactor) = (T.Broadcast(old), T.Broadcast(fresh));
        for (var i = 0; i < padded; i += Width)
            T.Store(T.MultiplyAdd(T.Load(split + i), freshFactor, T.Load(total + i) * oldFactor), total + i);
        totalSum = MathF.FusedMultiplyAdd(sum, fresh, totalSum * old);
        totalMax = next;
    }
}
