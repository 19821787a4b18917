using Freehold.Models.Inference;

namespace Freehold.Models.Architectures.Layers;

/// <summary>An encoder whose rows become one vector.</summary>
internal sealed class Encoder(EncoderTrunk trunk, PoolingKind pooling) : EmbeddingModel
{
    public override ModelShape Shape => trunk.Shape;

    public override int MaxTokens => trunk.MaxTokens;

    public override unsafe void Embed(ReadOnlySpan<int> tokens, Span<float> vector)
    {
        if (vector.Length != Shape.EmbeddingLength)
            throw new ArgumentException($"the vector has room for {vector.Length} floats; the model gives {Shape.EmbeddingLength}");
        using var turn = trunk.TakeTurn();
        var pass = trunk.Run(tokens, tokens.Length);
        Pooling.Run(pooling, pass.Workspace.Stream, tokens.Length, vector);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            trunk.Dispose();
    }
}
