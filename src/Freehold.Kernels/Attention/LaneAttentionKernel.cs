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
        var padded = Padded(call.Layout.ValueLength);
        var split = scratch + Block * Tile;
        var total = split + Block * padded;
        var max = stackalloc float[4 * Block];
        var sum = max + Block;
        var totalMax = sum + Block;
        var totalSum = totalMax + Block;
        var (from, to) = Range(ref block);
        Clear(totalMax, totalSum, total, block.Count, padded);
        for (var start = from & ~(SplitKeys - 1); start < to; start += SplitKeys)
        {
            Split(call, pages, keyValueHead, ref block, start, max, sum, split, scratch);
            for (var q = 0; q < block.Count; q++)
                Merge(max[q], sum[q], split + q * padded, ref totalMax[q], ref totalSum[q], total + q * padded, padded);
        }
        Finish(call, ref block, totalSum, total, padded);
    }

    public override void RunSplit(
        in AttentionCall call, int* pages, int keyValueHead, ref QueryBlock block, int start, float* partial, float* scratch) =>
        Split(call, pages, keyValueHead, ref block, start, partial, partial + Block, partial + 2 * Block, scratch);

    public override void Join(in AttentionCall call, ref QueryBlock block, float* partials, int partialFloats, int splits, float* scratch)
    {
        var padded = Padded(call.Layout.ValueLength);
        var totalMax = stackalloc float[2 * Block];
        var totalSum = totalMax + Block;
        Clear(totalMax, totalSum, scratch, block.Count, padded);
        for (var split = 0; split < splits; split++, partials += partialFloats)
            for (var q = 0; q < block.Count; q++)
                Merge(partials[q], partials[Block + q], partials + 2 * Block + q * padded, ref totalMax[q], ref totalSum[q], scratch + q * padded, padded);
        Finish(call, ref block, totalSum, scratch, padded);
    }

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

    private static void Clear(float* max, float* sum, float* values, int count, int padded)
    {
        for (var q = 0; q < count; q++)
        {
            max[q] = float.NegativeInfinity;
            sum[q] = 0;
        }
        for (var i = 0; i < InRows(count) * padded; i += Width)
            T.Store(T.Broadcast(0), values + i);
    }

    /// <summary>Maxima, sums and weighted values of the keys from <paramref name="start"/>, at most <see cref="AttentionKernel.SplitKeys"/>.</summary>
    private static void Split(
        in AttentionCall call, int* pages, int keyValueHead, ref QueryBlock block, int start, float* max, float* sum, float* split, float* scratch)
    {
        var padded = Padded(call.Layout.ValueLength);
        Clear(max, sum, split, block.Count, padded);
        var (from, to) = Range(ref block);
        var last = Math.Min(start + SplitKeys, to);
        for (var tile = Math.Max(start, from & ~(Tile - 1)); tile < last; tile += Tile)
        {
            var head = call.Memory.Base + pages[tile / Tile] * call.Memory.PageStride + call.LayerOffset + keyValueHead * call.Layout.HeadBytes;
            float* keys = (float*)head, values = (float*)(head + call.Layout.KeyBytes);
            if (call.Layout.Type != KvType.F32)
            {
                keys = scratch + Block * (Tile + 2 * padded);
                values = keys + (long)call.Layout.KeyLength * Tile;
                QuantisedHead.Widen<T>(call.Layout, head, Math.Max(0, from - tile), Math.Min(Tile, to - tile), keys, values);
            }
            // Few queries wait for memory: one by one they read it in its order, which four together do not.
            var together = block.Count > Rows || call.Layout.Type != KvType.F32;
            Score(ref block, tile, together, keys, call.Layout.KeyLength, scratch);
            Weigh(call, ref block, tile, scratch, split, padded, max, sum);
            AddValues(ref block, tile, together, values, call.Layout.ValueLength, scratch, split, padded);
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

    private static void Score(ref QueryBlock block, int tile, bool together, float* keys, int keyLength, float* scores)
    {
        for (var q = 0; q < block.Count; q += Rows)
        {
            var (_, _, first, end) = Sights(ref block, q, tile);
            if (first >= end)
                continue;
            if (together && q < block.Count - 1)
                fixed (long* queries = block.Queries)
                    AttentionTile<T>.ScoreFour(queries + q, keys, keyLength, first, end, scores + q * Tile);
            else
                for (var one = q; one < Math.Min(q + Rows, block.Count); one++)
                    AttentionTile<T>.ScoreOne((float*)block.Queries[one], keys, keyLength, scores + one * Tile);
        }
    }

    /// <summary>
    /// Turns scores into weights, exactly 0 outside a query's sight, and brings maxima, sums and results so far to the new maxima. In three passes over the
    /// queries, so that one's chain of steps need not end before the next one's begins.
    /// </summary>
    private static void Weigh(in AttentionCall call, ref QueryBlock block, int tile, float* scores, float* split, int padded, float* max, float* sum)
    {
        var keep = stackalloc float[Block];
        for (var q = 0; q < block.Count; q++)
        {
            var (from, to) = Sight(ref block, q, tile);
            keep[q] = 0;
            if (from >= to)
                continue;
            var largest = Largest(call, from, to, scores + q * Tile);
            var next = largest > max[q] ? largest : max[q];
            keep[q] = max[q] == float.NegativeInfinity ? float.NegativeInfinity : max[q] - next;
            max[q] = next;
        }
        for (var q = 0; q < block.Count; q += Width)
            T.Store(LaneFunctions.Exp(T.Load(keep + q)), keep + q);
        for (var q = 0; q < block.Count; q++)
        {
            var (from, to) = Sight(ref block, q, tile);
            if (from >= to)
                continue;
            sum[q] = MathF.FusedMultiplyAdd(sum[q], keep[q], Exponentials(from, to, max[q], scores + q * Tile));
            if (keep[q] == 1)
                continue;
            var factor = T.Broadcast(keep[q]);
            for (var i = 0; i < padded; i += Width)
                T.Store(T.Load(split + q * padded + i) * factor, split + q * padded + i);
        }
    }

    /// <summary>Scales, caps and masks the scores of the vectors in which keys are seen; returns the largest.</summary>
    private static float Largest(in AttentionCall call, int from, int to, float* scores)
    {
        var lowest = T.Broadcast(float.NegativeInfinity);
        var scale = T.Broadcast(call.Scale);
        var largest = lowest;
        for (var i = from & -Width; i < to; i += Width)
        {
            var s = T.Load(scores + i) * scale;
            if (call.SoftCap != 0)
                s = LaneFunctions.Tanh(s / T.Broadcast(call.SoftCap)) * T.Broadcast(call.SoftCap);
            if (i < from || i + Width > to)
                s = T.Select(Mask(i, from, to), s, lowest);
            T.Store(s, scores + i);
            largest = T.Max(s, largest);
        }
        return T.FoldMax(largest);
    }

    /// <summary>The exponentials of the scores less <paramref name="max"/>; returns their sum. Vectors in which nothing is seen would add 0.</summary>
    private static float Exponentials(int from, int to, float max, float* scores)
    {
        var shift = T.Broadcast(max);
        T total = T.Broadcast(0);
        for (var i = from & -Width; i < to; i += Width)
        {
            var w = LaneFunctions.Exp(T.Load(scores + i) - shift);
            if (i < from || i + Width > to)
                w &= Mask(i, from, to);
            T.Store(w, scores + i);
            total += w;
        }
        return T.FoldSum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Mask(int offset, int from, int to) =>
        T.IntGreaterThan(T.BroadcastBits(to - offset), T.Indices) & T.IntGreaterThan(T.Indices, T.BroadcastBits(from - offset - 1));

    /// <summary>The keys of a tile that a query sees: none where from is not below to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int From, int To) Sight(ref QueryBlock block, int query, int tile) =>
        (Math.Max(0, block.From[query] - tile), Math.Min(Tile, block.To[query] - tile));

    /// <summary>The keys of a tile that all of four queries see, from From to To - 1, and those that any sees, from First to End - 1.</summary>
    private static (int From, int To, int First, int End) Sights(ref QueryBlock block, int query, int tile)
    {
        int from = 0, to = Tile, first = Tile, end = 0;
        for (var q = query; q < Math.Min(query + Rows, block.Count); q++)
        {
            var sight = Sight(ref block, q, tile);
            from = Math.Max(from, sight.From);
            to = Math.Min(to, sight.To);
            if (sight.From >= sight.To)
                continue;
            first = Math.Min(first, sight.From);
            end = Math.Max(end, sight.To);
        }
        return (from, to, first, end);
    }

    /// <summary>Adds the weighted values: for four queries at once the keys they all see, for each alone those before and after.</summary>
    private static void AddValues(ref QueryBlock block, int tile, bool together, float* values, int valueLength, float* scores, float* split, int padded)
    {
        for (var q = 0; q < block.Count; q += Rows)
        {
            var (from, to, first, end) = Sights(ref block, q, tile);
            if (first >= end)
                continue;
            var four = together && from < to && q < block.Count - 1;
            if (!four)
                from = to = Tile;
            var last = Math.Min(q + Rows, block.Count);
            for (var one = q; one < last && first < from; one++)
                AddPart(ref block, one, tile, 0, from, values, valueLength, scores, split, padded);
            if (!four)
                continue;
            AttentionTile<T>.AddFour(values, valueLength, from, to, scores + q * Tile, split + q * padded, padded);
            for (var one = q; one < last && to < end; one++)
                AddPart(ref block, one, tile, to, Tile, values, valueLength, scores, split, padded);
        }
    }

    /// <summary>Adds to one query what it sees of the tile between two borders.</summary>
    private static void AddPart(ref QueryBlock block, int query, int tile, int low, int high, float* values, int valueLength, float* scores, float* split, int padded)
    {
        var (from, to) = Sight(ref block, query, tile);
        AttentionTile<T>.AddOne(values, valueLength, Math.Max(from, low), Math.Min(to, high), scores + query * Tile, split + query * padded);
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
