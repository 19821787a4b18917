using System.Buffers.Binary;
using Freehold.Kernels.Blocks;

namespace Freehold.ModelMaker.Weights;

/// <summary>What a tensor's values are like.</summary>
public enum WeightKind
{
    /// <summary>A matrix in the model's type.</summary>
    Matrix,
    /// <summary>A matrix that stays F32 whatever the model's type (positions, token types).</summary>
    FloatMatrix,
    /// <summary>A norm's weights: 0.5 to 2, F32.</summary>
    Norm,
    /// <summary>A bias: within the given deviation of zero, F32.</summary>
    Bias,
    /// <summary>Rope frequency divisors: rising from 1 to the given factor, F32.</summary>
    RopeFactors,
}

/// <summary>How a Hugging Face checkpoint holds the tensor, seen from GGUF.</summary>
public enum HfLayout
{
    /// <summary>The same values.</summary>
    Same,
    /// <summary>Rows of each head's two halves side by side, where GGUF interleaves them.</summary>
    HeadHalves,
    /// <summary>One less: the model adds it at run time.</summary>
    MinusOne,
}

/// <summary>One tensor of a model to be made.</summary>
/// <param name="Name">GGUF name.</param>
/// <param name="Shape">GGUF's order: row length first.</param>
/// <param name="Kind">What its values are like.</param>
/// <param name="Deviation">Standard deviation of its values.</param>
/// <param name="HfName">Its name in a Hugging Face checkpoint; null where it has none.</param>
/// <param name="Layout">How that checkpoint holds it.</param>
/// <param name="Heads">Heads of a <see cref="HfLayout.HeadHalves"/> tensor.</param>
public sealed record WeightSpec(
    string Name, long[] Shape, WeightKind Kind, double Deviation, string? HfName = null, HfLayout Layout = HfLayout.Same, int Heads = 0)
{
    /// <summary>The type it is stored in, in a model of the given type.</summary>
    public TensorType TypeIn(TensorType model) => Kind == WeightKind.Matrix ? model : TensorType.F32;

    /// <summary>Bytes of all rows.</summary>
    public long BytesIn(TensorType model)
    {
        var rows = 1L;
        foreach (var extent in Shape.AsSpan(1))
            rows *= extent;
        return rows * BlockFormat.Of(TypeIn(model)).RowBytes(Shape[0]);
    }

    /// <summary>Writes the tensor's bytes, a row at a time.</summary>
    public void WriteTo(Stream stream, TensorType model, ulong seed)
    {
        var random = Randomness.For(seed, Name);
        var row = new byte[BlockFormat.Of(TypeIn(model)).RowBytes(Shape[0])];
        for (var left = BytesIn(model); left > 0; left -= row.Length)
        {
            FillRow(row, model, random);
            stream.Write(row);
        }
    }

    /// <summary>The tensor's bytes.</summary>
    public byte[] ToBytes(TensorType model, ulong seed)
    {
        using var stream = new MemoryStream();
        WriteTo(stream, model, seed);
        return stream.ToArray();
    }

    private void FillRow(Span<byte> row, TensorType model, Randomness random)
    {
        if (Kind is WeightKind.Matrix or WeightKind.FloatMatrix)
        {
            RandomBlocks.Fill(row, TypeIn(model), Deviation, random);
            return;
        }
        for (var i = 0; i < row.Length / sizeof(float); i++)
        {
            var value = Kind switch
            {
                WeightKind.Norm => random.Next(0.5, 2),
                WeightKind.Bias => random.Next(-2, 2) * Deviation,
                _ => 1 + ((Deviation - 1) * i / (row.Length / sizeof(float))),
            };
            BinaryPrimitives.WriteSingleLittleEndian(row[(i * sizeof(float))..], (float)value);
        }
    }
}
