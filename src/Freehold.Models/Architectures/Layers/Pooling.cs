using Freehold.Kernels.Numerics;
using Freehold.Models.Files;

namespace Freehold.Models.Architectures.Layers;

/// <summary>How an encoder's rows become one vector. Numbers are GGUF's <c>pooling_type</c>.</summary>
internal enum PoolingKind
{
    Mean = 1,
    Classifier = 2,
    Last = 3,

    /// <summary>No vector but a score, by a <see cref="ClassifierHead"/>.</summary>
    Rank = 4,
}

/// <summary>Pools rows and scales the vector to length 1.</summary>
internal static unsafe class Pooling
{
    /// <summary>Reads the kind from the metadata. Where that says nothing, a file with a classifier's head ranks: converters often leave the key out.</summary>
    /// <exception cref="ModelFormatException">The file wants none, or one this engine does not know.</exception>
    public static PoolingKind Read(IModelSource source)
    {
        var metadata = source.Metadata;
        var otherwise = metadata.Architecture == "bert" && source.TryGetMatrix("cls.output.weight", out _) ? PoolingKind.Rank : PoolingKind.Mean;
        var value = metadata.GetInt32($"{metadata.Architecture}.pooling_type", (int)otherwise);
        if (value == (int)PoolingKind.Rank && metadata.Architecture != "bert")
            throw ModelFormatException.Unsupported($"{source.Origin} ranks with architecture '{metadata.Architecture}'; rerankers are run of architecture bert alone");
        return Enum.IsDefined((PoolingKind)value)
            ? (PoolingKind)value
            : throw ModelFormatException.Unsupported($"the metadata's pooling_type is {value}; this engine pools by mean (1), first (2) or last token (3), and ranks (4)");
    }

    /// <summary>Writes the pooled vector, L2 norm 1; rows are summed in ascending order.</summary>
    public static void Run(PoolingKind kind, float* rows, int count, Span<float> vector)
    {
        var length = vector.Length;
        var row = kind == PoolingKind.Last ? count - 1 : 0;
        new ReadOnlySpan<float>(rows + (long)row * length, length).CopyTo(vector);
        if (kind == PoolingKind.Mean)
        {
            for (var i = 1; i < count; i++)
                for (var c = 0; c < length; c++)
                    vector[c] += rows[(long)i * length + c];
            for (var c = 0; c < length; c++)
                vector[c] /= count;
        }
        float norm;
        fixed (float* v = vector)
            norm = MathF.Sqrt(Functions.Dot(v, v, length));
        if (norm > 0)
            for (var c = 0; c < length; c++)
                vector[c] /= norm;
    }
}
