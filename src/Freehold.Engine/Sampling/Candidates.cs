namespace Freehold.Engine.Sampling;

/// <summary>
/// Tokens that may be drawn, by ascending id, with their weights. Filters keep the best without sorting: the border is found by three passes of
/// a histogram over the bits of the rank (radix selection), so a vocabulary of 128 k costs a few linear passes.
/// </summary>
internal sealed class Candidates(int vocabulary)
{
    private readonly int[] _ids = new int[vocabulary];
    private readonly float[] _scores = new float[vocabulary], _weights = new float[vocabulary], _ranks = new float[vocabulary];
    private readonly double[] _histogram = new double[2048];
    private int _count;

    /// <summary>Starts from all tokens with these scores (logits after bias, penalties and temperature).</summary>
    public void Start(ReadOnlySpan<float> scores)
    {
        _count = scores.Length;
        scores.CopyTo(_scores);
        for (var id = 0; id < scores.Length; id++)
            _ids[id] = id;
    }

    /// <summary>Keeps the k with the highest scores.</summary>
    public void KeepTop(int k)
    {
        if (k >= _count)
            return;
        _weights.AsSpan(0, _count).Fill(1);
        KeepBest(_scores, k);
    }

    /// <summary>Gives each candidate the weight exp(score - largest). Call once, before the filters below.</summary>
    public void Weigh(float largest)
    {
        for (var i = 0; i < _count; i++)
            _weights[i] = TokenMath.Exp(_scores[i] - largest);
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
        var target = u * Total();
        double passed = 0;
        var last = -1;
        for (var i = 0; i < _count; i++)
        {
            if (_weights[i] == 0)
                continue;
            passed += _weights[i];
            last = _ids[i];
            if (passed > target)
                return last;
        }
        return last;
    }

    private double Total()
    {
        double total = 0;
        for (var i = 0; i < _count; i++)
            total += _weights[i];
        return total;
    }

    /// <summary>Keeps the candidates with the highest ranks until their weights reach the target; of equal ranks the lowest ids.</summary>
    private void KeepBest(float[] ranks, double target)
    {
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

    // Ascending with the float, negative numbers included.
    private static uint Key(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (int)bits < 0 ? ~bits : bits | 0x80000000;
    }
}
