using System.Numerics;

namespace Freehold.Engine.Sampling;

/// <summary>
/// Tokens that may be drawn, by ascending id, with their weights. Filters keep the best without sorting: the border is found by three passes of
/// a histogram over the bits of the rank (radix selection), or by a heap for the k highest, so a vocabulary of 128 k costs a few linear passes.
/// </summary>
internal sealed class Candidates(int vocabulary)
{
    private readonly int[] _ids = new int[vocabulary];
    private readonly float[] _scores = new float[vocabulary], _weights = new float[vocabulary], _ranks = new float[vocabulary];
    private readonly double[] _histogram = new double[2048];
    private int _count;

    /// <summary>The candidates, ascending.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    /// <summary>Starts from all tokens with these scores (logits after bias, penalties and temperature).</summary>
    public void Start(ReadOnlySpan<float> scores)
    {
        _count = scores.Length;
        scores.CopyTo(_scores);
        for (var id = 0; id < scores.Length; id++)
            _ids[id] = id;
    }

    /// <summary>Starts from the k tokens with the highest scores, of equal ones those with the lowest ids.</summary>
    public void StartTop(ReadOnlySpan<float> scores, int k)
    {
        if (k >= scores.Length)
        {
            Start(scores);
            return;
        }
        var border = TopBorder(scores, k, out var above);
        var equal = k - above;
        var sought = new Vector<float>(border);
        _count = 0;
        for (var id = 0; id < scores.Length && _count < k; id++)
        {
            // Most stretches hold nothing: skip them several at a time.
            while (id <= scores.Length - Vector<float>.Count && !Vector.GreaterThanOrEqualAny(new Vector<float>(scores[id..]), sought))
                id += Vector<float>.Count;
            if (id < scores.Length && (scores[id] > border || (scores[id] == border && equal-- > 0)))
                (_ids[_count], _scores[_count++]) = (id, scores[id]);
        }
    }

    /// <summary>Gives each candidate the weight exp(score - largest). Call once, before the filters below.</summary>
    public void Weigh(float largest)
    {
        TokenMath.Exp(_scores.AsSpan(0, _count), largest, _weights);
    }

    /// <summary>Keeps the likeliest that together have at least the share <paramref name="p"/>.</summary>
    public void KeepNucleus(double p) => KeepBest(_weights, p * Total());

    /// <summary>Keeps those at least <paramref name="p"/> times as likely as the likeliest, whose weight is 1.</summary>
    public void KeepAbove(float p)
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
            if (_weights[i] >= p)
                Move(i, kept++);
        _count = kept;
    }

    /// <summary>Keeps those whose surprise is nearest to the expected one, that together have at least the share <paramref name="p"/>.</summary>
    public void KeepTypical(double p, float largest)
    {
        var total = Total();
        var logTotal = TokenMath.Log(total);
        double entropy = 0;
        for (var i = 0; i < _count; i++)
            if (_weights[i] > 0)
                entropy += _weights[i] / total * (logTotal - (_scores[i] - largest));
        for (var i = 0; i < _count; i++)
            _ranks[i] = _weights[i] > 0 ? (float)-Math.Abs(logTotal - (_scores[i] - largest) - entropy) : float.NegativeInfinity;
        KeepBest(_ranks, p * total);
    }

    /// <summary>The candidate at the share <paramref name="u"/> (0 up to below 1) of all weight, by ascending id.</summary>
    public int Draw(double u)
    {
        const int stride = 512;
        var target = u * Total();
        double passed = 0;
        var last = -1;
        for (var start = 0; start < _count; start += stride)
        {
            var weights = _weights.AsSpan(start, Math.Min(stride, _count - start));
            var sum = TokenMath.Sum(weights);
            var isLast = start + stride >= _count;
            if (passed + sum <= target && !isLast)
            {
                passed += sum;
                continue;
            }
            for (var i = 0; i < weights.Length; i++)
            {
                if (weights[i] == 0)
                    continue;
                passed += weights[i];
                last = start + i;
                if (passed > target)
                    return _ids[last];
            }
        }
        return _ids[last >= 0 ? last : LastWeighted()];
    }

    // Rounding left the target just out of reach, and the last stretch is all zero.
    private int LastWeighted()
    {
        var last = _count - 1;
        while (_weights[last] == 0)
            last--;
        return last;
    }

    private double Total() => TokenMath.Sum(_weights.AsSpan(0, _count));

    // The k-th highest score: a heap of the k highest so far, its least on top. Few scores get as far as the heap.
    private float TopBorder(ReadOnlySpan<float> scores, int k, out int above)
    {
        var heap = _ranks.AsSpan(0, k);
        heap.Fill(float.NegativeInfinity);
        for (var id = 0; id < scores.Length; id++)
        {
            var least = new Vector<float>(heap[0]);
            while (id <= scores.Length - Vector<float>.Count && !Vector.GreaterThanAny(new Vector<float>(scores[id..]), least))
                id += Vector<float>.Count;
            if (id < scores.Length && scores[id] > heap[0])
                ReplaceTop(heap, scores[id]);
        }
        above = 0;
        foreach (var score in heap)
            above += score > heap[0] ? 1 : 0;
        return heap[0];
    }

    private static void ReplaceTop(Span<float> heap, float score)
    {
        var place = 0;
        while (true)
        {
            var child = 2 * place + 1;
            if (child + 1 < heap.Length && heap[child + 1] < heap[child])
                child++;
            if (child >= heap.Length || heap[child] >= score)
                break;
            heap[place] = heap[child];
            place = child;
        }
        heap[place] = score;
    }

    /// <summary>Keeps the candidates with the highest ranks until their weights reach the target; of equal ranks the lowest ids.</summary>
    private void KeepBest(float[] ranks, double target)
    {
        // A target of 0 still keeps the best one.
        target = Math.Max(target, double.Epsilon);
        var border = Border(ranks, target, out var above);
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            var key = Key(ranks[i]);
            if (key < border || (key == border && above >= target))
                continue;
            if (key == border)
                above += _weights[i];
            Move(i, kept++);
        }
        _count = kept;
    }

    // The key at which the weights, taken from the highest key down, reach the target; above: what stands higher.
    private uint Border(float[] ranks, double target, out double above)
    {
        above = 0;
        uint border = 0;
        for (int shift = 21, width = 11, known = 0; known < 32; known += width, width = Math.Min(11, 32 - known), shift -= width)
        {
            Array.Clear(_histogram);
            for (var i = 0; i < _count; i++)
            {
                var key = Key(ranks[i]);
                if (known == 0 || (key ^ border) >> (32 - known) == 0)
                    _histogram[key >> shift & ((1u << width) - 1)] += _weights[i];
            }
            var bucket = (1 << width) - 1;
            var lowest = bucket;
            for (; bucket >= 0; bucket--)
            {
                if (_histogram[bucket] == 0)
                    continue;
                lowest = bucket;
                if (above + _histogram[bucket] >= target)
                    break;
                above += _histogram[bucket];
            }
            // Rounding may leave the target just out of reach: then all are wanted.
            if (bucket < 0)
            {
                bucket = lowest;
                above -= _histogram[bucket];
            }
            border |= (uint)bucket << shift;
        }
        return border;
    }

    private void Move(int from, int to) => (_ids[to], _scores[to], _weights[to]) = (_ids[from], _scores[from], _weights[from]);

    // Ascending with the float, negative numbers included. Adding 0 makes -0 the 0 that it equals.
    private static uint Key(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return (int)bits < 0 ? ~bits : bits | 0x80000000;
    }
}
