using Freehold.Kernels;
using Freehold.Kernels.Products;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers;

namespace Freehold.Models.Tests.Oracle;

/// <summary>An encoder as tests drive it.</summary>
internal sealed class EncoderRun : IDisposable
{
    private readonly Compute _compute;
    private readonly LoadedModel _model;

    public EncoderRun(string path, ActivationBits? bits = null, InstructionSet? isa = null, int threads = 2)
    {
        _compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
        _model = ModelLoader.Load(ModelFiles.Open(path), _compute, new LoadOptions { Activations = bits });
    }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => _model.Tokenizer;

    /// <summary>Tokens one pair may have.</summary>
    public int MaxTokens => _model.Ranking!.MaxTokens;

    /// <summary>The logit of a pair.</summary>
    public float Score(int[] ids, int secondFrom) => _model.Ranking!.Score(ids, secondFrom);

    /// <summary>The vector of a text; of a cross-encoder the logit of the text as a pair of its halves.</summary>
    public float[] Vector(int[] ids)
    {
        if (_model.Ranking is not null)
            return [Score(ids, ids.Length / 2)];
        var vector = new float[_model.Shape.EmbeddingLength];
        _model.Embedding!.Embed(ids, vector);
        return vector;
    }

    /// <summary>A text of so many ids of the tiny vocabulary: CLS, words, SEP.</summary>
    public static int[] Text(int length) => [2, .. Enumerable.Range(0, length - 2).Select(i => 5 + (i * 37 + length) % 80), 3];

    public void Dispose()
    {
        _model.Dispose();
        _compute.Dispose();
    }
}
