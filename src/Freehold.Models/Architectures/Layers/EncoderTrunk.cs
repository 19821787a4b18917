using System.Runtime.InteropServices;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Products;
using Freehold.Kernels.Threads;
using Freehold.Models.Files;
using Freehold.Models.Inference;
using Freehold.Models.Packing;

namespace Freehold.Models.Architectures.Layers;

/// <summary>What an encoder adds up before its layers.</summary>
internal sealed record EncoderEnds(WeightMatrix Embedding, WeightMatrix? Types, WeightMatrix? Positions, Norm Norm);

/// <summary>A transformer encoder up to its last rows: embeddings of token, type and position, and layers that see the whole text. Owns the file.</summary>
internal sealed unsafe class EncoderTrunk : IDisposable
{
    private readonly IModelSource _source;
    private readonly Workspace _workspace;
    private readonly EncoderEnds _ends;
    private readonly EncoderLayer[] _layers;
    private readonly RopePlan[] _ropes;
    private readonly PackedWeights? _packed;
    private readonly Pass _pass;
    private readonly int[] _ids, _types;
    private readonly float* _added;
    private readonly int* _pages;
    private readonly KvMemory _memory;
    private bool _disposed;

    public EncoderTrunk(IModelSource source, Compute compute, Workspace workspace, ModelShape shape, EncoderEnds ends, EncoderLayer[] layers, RopePlan[] ropes, PackedWeights? packed)
    {
        (_source, _workspace, _ends, _layers, _ropes, _packed) = (source, workspace, ends, layers, ropes, packed);
        Shape = shape;
        _pass = new Pass(compute, workspace);
        _ids = [.. Enumerable.Range(0, MaxTokens)];
        _types = new int[MaxTokens];
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

    public ModelShape Shape { get; }

    /// <summary>Rows one text may have.</summary>
    public int MaxTokens => _workspace.Sizes.Rows;

    private StateLayer State { get; }

    /// <summary>Waits until no other model computes on the same threads; hold it until the rows of <see cref="Run"/> are used.</summary>
    public TurnGate.Turn TakeTurn() => _pass.Compute.TakeTurn();

    /// <summary>Encodes a text, or a pair whose second begins at <paramref name="secondFrom"/>: a row a token, in the workspace until the next run.</summary>
    /// <exception cref="ArgumentException">Too many tokens or none, an id outside the vocabulary, or a border outside the text.</exception>
    public Pass Run(ReadOnlySpan<int> tokens, int secondFrom)
    {
        Check(tokens, secondFrom);
        var (compute, work, pass, width) = (_pass.Compute, _workspace, _pass, _workspace.Sizes.Embedding);
        pass.Rows = tokens.Length;
        pass.Memory = _memory;
        pass.State = State;
        compute.Gather(_ends.Embedding, tokens, work.Stream, width);
        AddRows(_ends.Types, Types(tokens.Length, secondFrom));
        AddRows(_ends.Positions, _ids.AsSpan(0, tokens.Length));
        _ends.Norm.Apply(pass, work.Stream, work.Stream, pass.Rows);
        foreach (var rope in _ropes)
            rope.Prepare(pass, _ids.AsSpan(0, tokens.Length));
        ReadOnlySpan<SequenceRows> sequences = [new SequenceRows { FirstRow = 0, Rows = tokens.Length, StartPosition = 0, Pages = _pages }];
        foreach (var layer in _layers)
            layer.Run(pass, sequences);
        return pass;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        NativeMemory.Free(_pages);
        NativeMemory.AlignedFree(_memory.Base);
        _workspace.Dispose();
        _packed?.Dispose();
        _source.Dispose();
    }

    // A model with one type gives it to both texts of a pair (XLM-RoBERTa).
    private ReadOnlySpan<int> Types(int tokens, int secondFrom)
    {
        _types.AsSpan(0, secondFrom).Clear();
        _types.AsSpan(secondFrom, tokens - secondFrom).Fill(_ends.Types?.Rows > 1 ? 1 : 0);
        return _types.AsSpan(0, tokens);
    }

    private void AddRows(WeightMatrix? table, ReadOnlySpan<int> rows)
    {
        if (table is null)
            return;
        var width = _workspace.Sizes.Embedding;
        _pass.Compute.Gather(table, rows, _added, width);
        _pass.Compute.Add(_workspace.Stream, width, _added, width, rows.Length, width);
    }

    private void Check(ReadOnlySpan<int> tokens, int secondFrom)
    {
        if (tokens.Length == 0 || tokens.Length > MaxTokens)
            throw new ArgumentException($"the text has {tokens.Length} tokens; this model takes 1 to {MaxTokens}");
        if ((uint)secondFrom > (uint)tokens.Length)
            throw new ArgumentException($"the second text begins at {secondFrom} of {tokens.Length} tokens");
        foreach (var token in tokens)
            if ((uint)token >= (uint)Shape.VocabularySize)
                throw new ArgumentException($"token id {token} is not in the vocabulary of {Shape.VocabularySize}");
    }
}
