using Freehold.Kernels.Attention;

namespace Freehold.Models.Inference;

/// <summary>
/// The rows of one forward pass, prompts' chunks and single decode steps side by side. Reused from step to step: fill with
/// <see cref="Clear"/> and <see cref="Add"/>, hand to <see cref="CausalModel.Forward"/>, read <see cref="LogitRows"/>.
/// </summary>
public sealed unsafe class ForwardBatch
{
    private readonly int[] _tokens, _positions, _logitRows;
    private readonly SequenceRows[] _sequences;
    private int _rows, _sequenceCount, _logitCount;

    /// <summary>Room for a number of rows and sequences.</summary>
    public ForwardBatch(int maxRows, int maxSequences)
    {
        _tokens = new int[maxRows];
        _positions = new int[maxRows];
        _logitRows = new int[maxRows];
        _sequences = new SequenceRows[maxSequences];
    }

    /// <summary>The pages' memory: set by the engine.</summary>
    public KvMemory Memory { get; set; }

    /// <summary>Rows in the batch.</summary>
    public int Rows => _rows;

    /// <summary>Rows there is still room for.</summary>
    public int FreeRows => _tokens.Length - _rows;

    /// <summary>A token id per row.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _rows);

    /// <summary>A position per row.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, _rows);

    /// <summary>The sequences, each a run of rows.</summary>
    public ReadOnlySpan<SequenceRows> Sequences => _sequences.AsSpan(0, _sequenceCount);

    /// <summary>Which rows want logits, ascending; row i of the forward's logits belongs to row LogitRows[i] of the batch.</summary>
    public ReadOnlySpan<int> LogitRows => _logitRows.AsSpan(0, _logitCount);

    /// <summary>Empties the batch.</summary>
    public void Clear() => _rows = _sequenceCount = _logitCount = 0;

    /// <summary>Adds the next tokens of one sequence.</summary>
    /// <param name="tokens">Token ids, checked against the vocabulary by the caller.</param>
    /// <param name="startPosition">Position of the first.</param>
    /// <param name="pages">Page ids of the sequence from position 0 on, pinned or native for as long as the batch is used.</param>
    /// <param name="logits">For how many of the last rows logits are wanted: 0, 1, or up to all.</param>
    /// <returns>The first row.</returns>
    /// <exception cref="ArgumentException">There is no room for them.</exception>
    public int Add(ReadOnlySpan<int> tokens, int startPosition, int* pages, int logits)
    {
        if (tokens.Length > FreeRows || _sequenceCount == _sequences.Length)
            throw new ArgumentException($"the batch has room for {FreeRows} rows and {_sequences.Length - _sequenceCount} sequences; {tokens.Length} rows were given");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logits, tokens.Length);
        var first = _rows;
        tokens.CopyTo(_tokens.AsSpan(first));
        for (var i = 0; i < tokens.Length; i++)
            _positions[first + i] = startPosition + i;
        _rows += tokens.Length;
        for (var row = _rows - logits; row < _rows; row++)
            _logitRows[_logitCount++] = row;
        _sequences[_sequenceCount++] = new SequenceRows { FirstRow = first, Rows = tokens.Length, StartPosition = startPosition, Pages = pages };
        return first;
    }
}
