using Freehold.Models.Inference;

namespace Freehold.Models.Architectures.Layers;

/// <summary>An encoder whose first row becomes one score.</summary>
internal sealed class CrossEncoder(EncoderTrunk trunk, ClassifierHead head) : RankingModel
{
    public override ModelShape Shape => trunk.Shape;

    public override int MaxTokens => trunk.MaxTokens;

    public override float Score(ReadOnlySpan<int> tokens, int secondFrom)
    {
        using var turn = trunk.TakeTurn();
        return head.Run(trunk.Run(tokens, secondFrom));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            trunk.Dispose();
    }
}
