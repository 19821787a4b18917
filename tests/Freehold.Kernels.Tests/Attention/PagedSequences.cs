using Freehold.Kernels.Attention;
using Freehold.Kernels.Tests.Lanes;

namespace Freehold.Kernels.Tests.Attention;

/// <summary>What an attention test varies.</summary>
internal sealed record AttentionCase(int Heads, int KeyValueHeads, int KeyLength, int ValueLength)
{
    public int Window { get; init; }

    public float SoftCap { get; init; }

    public bool Causal { get; init; } = true;

    public float Scale { get; init; } = 0.3f;

    public KvType Type { get; init; }

    public KvLayout Layout => new(KeyValueHeads, KeyLength, ValueLength, Type);
}

/// <summary>Sequences with their queries, keys and values, run through pages in any chunks and company.</summary>
internal sealed unsafe class PagedSequences : IDisposable
{
    private readonly AttentionCase _case;
    private readonly int _pages;
    private readonly long _pageStride;
    private readonly long _layerOffset;
    private readonly Floats _memory;

    /// <param name="what">Shapes and kinds.</param>
    /// <param name="pages">Pages in the memory, all of it NaN at first.</param>
    public PagedSequences(AttentionCase what, int pages)
    {
        _case = what;
        _pages = pages;
        // A layer before and one after, to see that neither is touched.
        _layerOffset = what.Layout.PageBytes;
        _pageStride = 3 * what.Layout.PageBytes;
        _memory = new Floats(pages * _pageStride / sizeof(float));
        _memory.Span.Fill(float.NaN);
    }

    /// <summary>Runs one step: for each part some rows of a sequence, which are appended and attended to in one batch.</summary>
    /// <param name="compute">What computes.</param>
    /// <param name="parts">Sequence, its page numbers, first position and rows.</param>
    /// <returns>For each part its outputs, [rows][heads * value length].</returns>
    public float[][] Step(Compute compute, params (Sequence Sequence, int[] Pages, int Start, int Rows)[] parts) => Run(compute, attend: true, parts);

    /// <summary>Appends rows of sequences and attends to none.</summary>
    public void Append(Compute compute, params (Sequence Sequence, int[] Pages, int Start, int Rows)[] parts) => Run(compute, attend: false, parts);

    private float[][] Run(Compute compute, bool attend, (Sequence Sequence, int[] Pages, int Start, int Rows)[] parts)
    {
        var (queryWidth, outputWidth) = (_case.Heads * _case.KeyLength, _case.Heads * _case.ValueLength);
        var (keyWidth, valueWidth) = (_case.KeyValueHeads * _case.KeyLength, _case.KeyValueHeads * _case.ValueLength);
        var rows = parts.Sum(p => p.Rows);
        using var queries = new Floats(rows * (queryWidth + 3L));
        using var keys = new Floats(rows * (keyWidth + 3L));
        using var values = new Floats(rows * (valueWidth + 3L));
        using var outputs = new Floats(rows * (outputWidth + 3L));
        var pages = new Floats(parts.Sum(p => (long)p.Pages.Length));
        var runs = new SequenceRows[parts.Length];
        var (row, page) = (0, 0);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            var ids = (int*)pages.Pointer + page;
            part.Pages.CopyTo(new Span<int>(ids, part.Pages.Length));
            page += part.Pages.Length;
            runs[i] = new SequenceRows { FirstRow = row, Rows = part.Rows, StartPosition = part.Start, Pages = ids };
            for (var r = 0; r < part.Rows; r++, row++)
            {
                var position = part.Start + r;
                part.Sequence.Queries.AsSpan(position * queryWidth, queryWidth).CopyTo(queries.Span[(row * (queryWidth + 3))..]);
                part.Sequence.Keys.AsSpan(position * keyWidth, keyWidth).CopyTo(keys.Span[(row * (keyWidth + 3))..]);
                part.Sequence.Values.AsSpan(position * valueWidth, valueWidth).CopyTo(values.Span[(row * (valueWidth + 3))..]);
            }
        }
        var memory = new KvMemory { Base = (byte*)_memory.Pointer, PageStride = _pageStride };
        compute.AppendKeysValues(memory, _layerOffset, _case.Layout, keys.Pointer, keyWidth + 3, values.Pointer, valueWidth + 3, runs);
        var call = new AttentionCall
        {
            Memory = memory,
            LayerOffset = _layerOffset,
            Layout = _case.Layout,
            Queries = queries.Pointer,
            QueryStride = queryWidth + 3,
            Output = outputs.Pointer,
            OutputStride = outputWidth + 3,
            Heads = _case.Heads,
            Scale = _case.Scale,
            Window = _case.Window,
            SoftCap = _case.SoftCap,
            Causal = _case.Causal,
        };
        if (attend)
            compute.Attend(in call, runs);
        pages.Dispose();
        var results = new float[parts.Length][];
        row = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            results[i] = new float[parts[i].Rows * outputWidth];
            for (var r = 0; r < parts[i].Rows; r++, row++)
                outputs.Span.Slice(row * (outputWidth + 3), outputWidth).CopyTo(results[i].AsSpan(r * outputWidth));
        }
        return results;
    }

    /// <summary>Whether the layers beside the one used are as they were.</summary>
    public bool NeighboursUntouched()
    {
        var part = (int)(_case.Layout.PageBytes / sizeof(float));
        for (var page = 0; page < _pages; page++)
        {
            var span = _memory.Span.Slice(page * 3 * part, 3 * part);
            foreach (var x in span[..part])
                if (!float.IsNaN(x))
                    return false;
            foreach (var x in span[(2 * part)..])
                if (!float.IsNaN(x))
                    return false;
        }
        return true;
    }

    public void Dispose() => _memory.Dispose();
}

/// <summary>A sequence's vectors: what projections would have made.</summary>
internal sealed class Sequence
{
    public Sequence(AttentionCase what, int length, int seed)
    {
        Length = length;
        using var queries = Floats.Random((long)length * what.Heads * what.KeyLength, seed);
        using var keys = Floats.Random((long)length * what.KeyValueHeads * what.KeyLength, seed + 1);
        using var values = Floats.Random((long)length * what.KeyValueHeads * what.ValueLength, seed + 2);
        (Queries, Keys, Values) = (queries.Span.ToArray(), keys.Span.ToArray(), values.Span.ToArray());
    }

    private Sequence(int length, float[] queries, float[] keys, float[] values) => (Length, Queries, Keys, Values) = (length, queries, keys, values);

    public int Length { get; }

    public float[] Queries { get; }

    public float[] Keys { get; }

    public float[] Values { get; }

    /// <summary>The sequence with keys and values as pages of the case's type give them back.</summary>
    public Sequence AsStored(AttentionCase what) => what.Type == KvType.F32 ? this
        : new(Length, Queries, Rounded(Keys, what.KeyLength), Rounded(Values, what.ValueLength));

    private static float[] Rounded(float[] heads, int length)
    {
        var rounded = new float[heads.Length];
        for (var head = 0; head < heads.Length; head += length)
            for (var from = head; from < head + length; from += 32)
            {
                var block = heads.AsSpan(from, Math.Min(32, head + length - from));
                var largest = 0f;
                foreach (var x in block)
                    largest = Math.Max(largest, Math.Abs(x));
                for (var i = 0; i < block.Length; i++)
                    rounded[from + i] = largest == 0 ? 0 : MathF.Round(block[i] * (127 / largest)) * (largest / 127);
            }
        return rounded;
    }

    /// <summary>Attention at one position, in double.</summary>
    public double[] Exact(AttentionCase what, int position)
    {
        var result = new double[what.Heads * what.ValueLength];
        var to = what.Causal ? position + 1 : Length;
        var from = what.Window > 0 ? Math.Max(0, position - what.Window + 1) : 0;
        for (var head = 0; head < what.Heads; head++)
        {
            var kv = head / (what.Heads / what.KeyValueHeads);
            var scores = new double[to];
            for (var key = from; key < to; key++)
            {
                double s = 0;
                for (var d = 0; d < what.KeyLength; d++)
                    s += (double)Queries[(position * what.Heads + head) * what.KeyLength + d] * Keys[(key * what.KeyValueHeads + kv) * what.KeyLength + d];
                s *= what.Scale;
                scores[key] = what.SoftCap > 0 ? what.SoftCap * Math.Tanh(s / what.SoftCap) : s;
            }
            var max = scores[from..].Max();
            double sum = 0;
            for (var key = from; key < to; key++)
                sum += scores[key] = Math.Exp(scores[key] - max);
            for (var key = from; key < to; key++)
                for (var d = 0; d < what.ValueLength; d++)
                    result[head * what.ValueLength + d] += scores[key] / sum * Values[(key * what.KeyValueHeads + kv) * what.ValueLength + d];
        }
        return result;
    }
}
