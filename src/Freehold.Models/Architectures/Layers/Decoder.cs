using Freehold.Kernels;
using Freehold.Kernels.Products;
using Freehold.Models.Files;
using Freehold.Models.Inference;
using Freehold.Models.Packing;

namespace Freehold.Models.Architectures.Layers;

/// <summary>The parts around a decoder's layers.</summary>
internal sealed record DecoderEnds(WeightMatrix Embedding, Norm OutputNorm, WeightMatrix Head)
{
    /// <summary>Factor on the looked-up embeddings.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Factor on the logits.</summary>
    public float LogitScale { get; init; } = 1;

    /// <summary>Cap on the logits, cap * tanh(x / cap); 0 for none.</summary>
    public float LogitSoftCap { get; init; }
}

/// <summary>A decoder-only transformer: embedding, layers, norm, head.</summary>
internal sealed unsafe class Decoder : CausalModel
{
    private readonly IModelSource _source;
    private readonly Workspace _workspace;
    private readonly DecoderEnds _ends;
    private readonly DecoderLayer[] _layers;
    private readonly RopePlan[] _ropes;
    private readonly Product[] _head;
    private readonly Pass _pass;
    private readonly long _weightBytes;
    private readonly PackedWeights? _packed;

    public Decoder(
        IModelSource source, Compute compute, Workspace workspace, ModelShape shape, DecoderEnds ends,
        DecoderLayer[] layers, RopePlan[] ropes, long weightBytes, PackedWeights? packed)
    {
        (_source, _workspace, _ends, _layers, _ropes, _weightBytes, _packed) = (source, workspace, ends, layers, ropes, weightBytes, packed);
        Shape = shape;
        State = StateLayout.Of(layers.Select(layer => layer.Attention.Layout));
        _head = [new Product(ends.Head, workspace.Logits, ends.Head.Rows)];
        _pass = new Pass(compute, workspace);
    }

    public override ModelShape Shape { get; }

    public override StateLayout State { get; }

    public override int MaxRows => _workspace.Sizes.Rows;

    public override int MaxLogitRows => _workspace.Sizes.LogitRows;

    // Panels are read instead of the file's bytes, of which only looked-up rows stay.
    public override long WeightBytes => _packed?.Resident(_weightBytes) ?? _weightBytes;

    public override long PrivateWeightBytes => _packed?.PrivateBytes ?? 0;

    public override long ResidentBytes => WeightBytes + _workspace.Bytes;

    public override bool OthersCompute => _pass.Compute.Workers.Turns.IsTaken;

    public override ReadOnlySpan<float> Forward(ForwardBatch batch)
    {
        Check(batch);
        if (batch.Rows == 0)
            return [];
        using var turn = _pass.Compute.TakeTurn();
        var (compute, work, pass, width) = (_pass.Compute, _workspace, _pass, _workspace.Sizes.Embedding);
        pass.Batch = batch;
        pass.Rows = batch.Rows;
        pass.Memory = batch.Memory;
        compute.Gather(_ends.Embedding, batch.Tokens, work.Stream, width);
        if (_ends.EmbeddingScale != 1)
            compute.Scale(work.Stream, width, _ends.EmbeddingScale, pass.Rows, width);
        foreach (var rope in _ropes)
            rope.Prepare(pass);
        for (var i = 0; i < _layers.Length; i++)
        {
            pass.State = State.Layers[i];
            _layers[i].Run(pass, last: i == _layers.Length - 1);
        }
        return pass.Rows == 0 ? [] : Logits(pass);
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _workspace.Dispose();
        _packed?.Dispose();
        _source.Dispose();
    }

    private ReadOnlySpan<float> Logits(Pass pass)
    {
        var (compute, work, width, vocabulary) = (pass.Compute, _workspace, _workspace.Sizes.Embedding, Shape.VocabularySize);
        _ends.OutputNorm.Apply(pass, work.Stream, work.Normed, pass.Rows);
        work.Activations.Set(work.Normed, width, pass.Rows, width);
        compute.MatMul(work.Activations, _head);
        if (_ends.LogitScale != 1)
            compute.Scale(work.Logits, vocabulary, _ends.LogitScale, pass.Rows, vocabulary);
        if (_ends.LogitSoftCap != 0)
            compute.SoftCap(work.Logits, vocabulary, _ends.LogitSoftCap, pass.Rows, vocabulary);
        return new ReadOnlySpan<float>(work.Logits, checked(pass.Rows * vocabulary));
    }

    private void Check(ForwardBatch batch)
    {
        if (batch.Rows > MaxRows || batch.LogitRows.Length > MaxLogitRows)
            throw new ArgumentException(
                $"the batch has {batch.Rows} rows and asks for {batch.LogitRows.Length} rows of logits; this model was loaded for {MaxRows} and {MaxLogitRows}");
        foreach (var token in batch.Tokens)
            if ((uint)token >= (uint)Shape.VocabularySize)
                throw new ArgumentException($"token id {token} is not in the vocabulary of {Shape.VocabularySize}");
    }
}
