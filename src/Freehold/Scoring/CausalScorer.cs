using System.Runtime.InteropServices;
using Freehold.Kernels.Attention;
using Freehold.Models.Inference;

namespace Freehold.Scoring;

/// <summary>What is done with the logits of one position.</summary>
/// <param name="position">From 0.</param>
/// <param name="logits">One per token of the vocabulary; valid during the call.</param>
internal delegate void AtPosition(int position, ReadOnlySpan<float> logits);

/// <summary>Runs a whole sequence through a model, alone, and shows the logits at every position. Owns the pages of the one sequence.</summary>
internal sealed unsafe class CausalScorer : IDisposable
{
    private readonly CausalModel _model;
    private readonly ForwardBatch _batch;
    private readonly int _chunk, _maxTokens;
    private readonly int* _pages;
    private byte* _memory;
    private readonly nuint _bytes;

    /// <summary>Makes room for sequences of at most <paramref name="maxTokens"/>.</summary>
    /// <exception cref="OutOfMemoryException">Their keys and values do not fit memory.</exception>
    public CausalScorer(CausalModel model, int maxTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        _model = model;
        _maxTokens = maxTokens;
        _chunk = Math.Min(model.MaxRows, model.MaxLogitRows);
        _batch = new ForwardBatch(model.MaxRows, 1);
        var pages = (maxTokens + KvLayout.PageTokens - 1) / KvLayout.PageTokens;
        _bytes = checked((nuint)pages * (nuint)model.State.PageBytes);
        _memory = (byte*)NativeMemory.AlignedAlloc(Math.Max(_bytes, 64), 64);
        _pages = (int*)NativeMemory.Alloc((nuint)pages, sizeof(int));
        for (var i = 0; i < pages; i++)
            _pages[i] = i;
        _batch.Memory = new KvMemory { Base = _memory, PageStride = model.State.PageBytes };
    }

    /// <summary>Runs the tokens from position 0 on.</summary>
    /// <exception cref="ArgumentException">More tokens than there is room for, or an id outside the vocabulary.</exception>
    public void Run(ReadOnlySpan<int> tokens, AtPosition at, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        if (tokens.Length > _maxTokens)
            throw new ArgumentException($"{tokens.Length} tokens were given; there is room for {_maxTokens}", nameof(tokens));
        var vocabulary = _model.Shape.VocabularySize;
        foreach (var id in tokens)
            if ((uint)id >= (uint)vocabulary)
                throw new ArgumentException($"token id {id} is outside the vocabulary of {vocabulary}", nameof(tokens));
        // Positions not written yet must read as zero: attention multiplies them by zero, and zero times garbage may be NaN.
        NativeMemory.Clear(_memory, _bytes);
        for (var start = 0; start < tokens.Length; start += _chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = tokens.Slice(start, Math.Min(_chunk, tokens.Length - start));
            _batch.Clear();
            _batch.Add(chunk, start, _pages, chunk.Length);
            var logits = _model.Forward(_batch);
            for (var i = 0; i < chunk.Length; i++)
                at(start + i, logits.Slice(i * vocabulary, vocabulary));
        }
    }

    public void Dispose()
    {
        if (_memory is null)
            return;
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_pages);
        _memory = null;
    }
}
