using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Models.Files;

namespace Freehold.Models.Tests.Oracle;

/// <summary>A BERT cross-encoder as its papers write it, in double precision and with loops alone: what the engine's kernels must come near.</summary>
internal sealed class PlainBert(IModelSource source)
{
    private readonly int _layers = source.Metadata.GetInt32("bert.block_count"), _heads = source.Metadata.GetInt32("bert.attention.head_count");
    private readonly double _epsilon = source.Metadata.GetDouble("bert.attention.layer_norm_epsilon");

    /// <summary>The logit of a pair whose second text begins at <paramref name="secondFrom"/>.</summary>
    public double Score(int[] ids, int secondFrom)
    {
        var (tokens, types, positions) = (Matrix("token_embd.weight"), Matrix("token_types.weight"), Matrix("position_embd.weight"));
        var rows = ids.Select((id, i) => Norm([.. tokens[id].Select((value, c) => value + types[i < secondFrom ? 0 : 1][c] + positions[i][c])], "token_embd_norm")).ToArray();
        for (var layer = 0; layer < _layers; layer++)
            rows = Layer(rows, $"blk.{layer}.");
        var hidden = Dense(rows[0], "cls").Select(Math.Tanh).ToArray();
        return Dense(hidden, "cls.output")[0];
    }

    private double[][] Layer(double[][] rows, string name)
    {
        var (queries, keys, values) = (rows.Select(row => Dense(row, name + "attn_q")).ToArray(), rows.Select(row => Dense(row, name + "attn_k")).ToArray(), rows.Select(row => Dense(row, name + "attn_v")).ToArray());
        return [.. rows.Select((row, i) =>
        {
            var middle = Norm(Sum(row, Dense(Attend(queries[i], keys, values), name + "attn_output")), name + "attn_output_norm");
            var inner = Dense(middle, name + "ffn_up").Select(Gelu).ToArray();
            return Norm(Sum(middle, Dense(inner, name + "ffn_down")), name + "layer_output_norm");
        })];
    }

    private double[] Attend(double[] query, double[][] keys, double[][] values)
    {
        var length = query.Length / _heads;
        var result = new double[query.Length];
        for (var head = 0; head < _heads; head++)
        {
            var from = head * length;
            var weights = keys.Select(key => Math.Exp(Enumerable.Range(from, length).Sum(c => query[c] * key[c]) / Math.Sqrt(length))).ToArray();
            for (var c = from; c < from + length; c++)
                result[c] = values.Select((value, i) => value[c] * weights[i]).Sum() / weights.Sum();
        }
        return result;
    }

    private double[] Norm(double[] row, string name)
    {
        var (weight, bias, mean) = (Matrix(name + ".weight")[0], Matrix(name + ".bias")[0], row.Average());
        var deviation = Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + _epsilon);
        return [.. row.Select((value, c) => ((value - mean) / deviation * weight[c]) + bias[c])];
    }

    private double[] Dense(double[] row, string name)
    {
        var bias = Matrix(name + ".bias")[0];
        return [.. Matrix(name + ".weight").Select((weights, i) => bias[i] + weights.Zip(row, (w, x) => w * x).Sum())];
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double Gelu(double x) => x / 2 * (1 + Erf(x / Math.Sqrt(2)));

    // The power series; beyond 4 the function is 1 to eight digits.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 4)
            return Math.Sign(x);
        var (sum, term) = (0.0, x);
        for (var n = 0; n < 100; n++)
        {
            sum += term / ((2 * n) + 1);
            term *= -x * x / (n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private readonly Dictionary<string, double[][]> _matrices = [];

    private unsafe double[][] Matrix(string name)
    {
        if (_matrices.TryGetValue(name, out var known))
            return known;
        if (!source.TryGetMatrix(name, out WeightMatrix matrix) || matrix.Type != TensorType.F32)
            throw new InvalidOperationException($"the test needs '{name}' in F32");
        var rows = new double[matrix.Rows][];
        for (var r = 0; r < rows.Length; r++)
            rows[r] = [.. new ReadOnlySpan<float>((float*)matrix.Data + ((long)r * matrix.Columns), matrix.Columns).ToArray().Select(value => (double)value)];
        return _matrices[name] = rows;
    }
}
