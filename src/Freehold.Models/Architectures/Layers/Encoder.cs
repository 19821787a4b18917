using System.Runtime.InteropServices;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Products;
using Freehold.Models.Files;
using Freehold.Models.Inference;
using Freehold.Models.Packing;

namespace Freehold.Models.Architectures.Layers;

/// <summary>What an encoder adds up before its layers.</summary>
internal sealed record EncoderEnds(WeightMatrix Embedding, WeightMatrix? Types, WeightMatrix? Positions, Norm Norm, PoolingKind Pooling);

/// <summary>A transformer encoder: embeddings of token, type and position, layers that see the whole text, pooling.</summary>
internal sealed unsafe class Encoder : EmbeddingModel
{
    private readonly IModelSource _source;
    private readonly Workspace _workspace;
    private readonly EncoderEnds _ends;
    private readonly EncoderLayer[] _layers;
    private readonly RopePlan[] _ropes;
    private readonly PackedWeights? _packed;
    private readonly Pass _pass;
    private readonly int[] _ids, _firstType;
    private readonly float* _added;
    private readonly int* _pages;
    private readonly KvMemory _memory;
    private bool _disposed;

    public Encoder(IModelSource source, Compute compute, Workspace workspace, ModelShape shape, EncoderEnds ends, EncoderLayer[] layers, RopePlan[] ropes, PackedWeights? packed)
    {
        (_source, _workspace, _ends, _layers, _ropes, _packed) = (source, workspace, ends, layers, ropes, packed);
        Shape = shape;
        _pass = new Pass(compute, workspace);
        _ids = [.. Enumerable.Range(0, MaxTokens)];
        _firstType = new int[MaxTokens];
        _added = workspace.Branch;
        var pages = (MaxTokens + KvLayout.PageTokens - 1) / KvLayout.PageTokens;
        var layout = layers[0].Attention.Layout;
        _pages = (int*)NativeMemory.Alloc((nuint)pages, sizeof(int));
        for (var i = 0; i < pages; i++)
            _pages[i] = i;
        // All layers share one layer's pages: an encoder never comes back to an earlier layer's keys.
        var bytes = checked((nuint)(layout.PageBytes * pages));
        _memory = new KvMemory { Base = (byte*)NativeMemory.AlignedAlloc(bytes, 64), PageStride = layout.PageBytes };
        NativeMemory.Clear(_memory.Base, bytes);
        State = new StateLayer(layout, 0);
    }

    public override ModelShape Shape { get; }

    public override int MaxTokens => _workspace.Sizes.Rows;

    private StateLayer State { get; }

    public override void Embed(ReadOnlySpan<int> tokens, Span<float> vector)
    {
        Check(tokens, vector);
        using var turn = _pass.Compute.TakeTurn();
        var (compute, work, pass, width) = (_pass.Compute, _workspace, _pass, _workspace.Sizes.Embedding);
        pass.Rows = tokens.Length;
        pass.Memory = _memory;
        pass.State = State;
        compute.Gather(_ends.Embedding, tokens, work.Stream, width);
        AddRows(_ends.Types, _firstType.AsSpan(0, tokens.Length));
        AddRows(_ends.Positions, _ids.AsSpan(0, tokens.Length));
        _ends.Norm.Apply(pass, work.Stream, work.Stream, pass.Rows);
        foreach (var rope in _ropes)
            rope.Prepare(pass, _ids.AsSpan(0, tokens.Length));
        ReadOnlySpan<SequenceRows> sequences = [new SequenceRows { FirstRow = 0, Rows = tokens.Length, StartPosition = 0, Pages = _pages }];
        foreach (var layer in _layers)
            layer.Run(pass, sequences);
        Pooling.Run(_ends.Pooling, work.Stream, tokens.Length, vector);
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing || _disposed)
            return;
        _disposed = true;
        NativeMemory.Free(_pages);
        NativeMemory.AlignedFree(_memory.Base);
        _workspace.Dispose();
        _packed?.Dispose();
        _source.Dispose();
    }

    private void AddRows(WeightMatrix? table, ReadOnlySpan<int> rows)
    {
        if (table is null)
            return;
        var width = _workspace.Sizes.Embedding;
        _pass.Compute.Gather(table, rows, _added, width);
        _pass.Compute.Add(_workspace.Stream, width, _added, width, rows.Length, width);
    }

    private void Check(ReadOnlySpan<int> tokens, Span<float> vector)
    {
        if (tokens.Length == 0 || tokens.Length > MaxTokens)
            throw new ArgumentException($"the text has {tokens.Length} tokens; this model takes 1 to {MaxTokens}");
        if (vector.Length != Shape.EmbeddingLength)
            throw new ArgumentException($"the vector has room for {vector.Length} floats; the model gives {Shape.EmbeddingLength}");
        foreach (var token in tokens)
            if ((uint)token >= (uint)Shape.VocabularySize)
                throw new ArgumentException($"token id {token} is not in the vocabulary of {Shape.VocabularySize}");
    }
}
