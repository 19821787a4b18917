using System.Runtime.InteropServices;
using Freehold.Models.Tokenizers.Scalars;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.SentencePiece;

/// <summary>
/// SentencePiece's BPE (bpe_model.cc): neighbours merge when together they are a piece, best score first, leftmost first among equals.
/// A queue of candidates makes n symbols cost n log n. Working memory is kept between texts.
/// </summary>
internal sealed class ScoredMerger(Vocabulary vocabulary)
{
    private readonly PriorityQueue<(int Left, int Right, int Length), ulong> _queue = new();
    private readonly List<Symbol> _symbols = [];

    private record struct Symbol(int Start, int Length, int Previous, int Next);

    /// <summary>Merges a text and calls <paramref name="emit"/> for each symbol left, in order.</summary>
    public void Merge(ReadOnlySpan<byte> text, SymbolSink emit)
    {
        _symbols.Clear();
        _queue.Clear();
        for (var at = 0; at < text.Length;)
        {
            var length = Utf8Scalar.Length(text[at]);
            _symbols.Add(new Symbol(at, length, _symbols.Count - 1, at + length < text.Length ? _symbols.Count + 1 : -1));
            at += length;
        }
        var symbols = CollectionsMarshal.AsSpan(_symbols);
        for (var i = 0; i + 1 < symbols.Length; i++)
            Offer(text, symbols, i, i + 1);
        while (_queue.TryDequeue(out var pair, out _))
        {
            ref var left = ref symbols[pair.Left];
            ref var right = ref symbols[pair.Right];
            // Stale: one of the two has merged with another since (a symbol that is gone has length zero).
            if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != pair.Length)
                continue;
            left.Length += right.Length;
            right.Length = 0;
            left.Next = right.Next;
            if (left.Next >= 0)
            {
                symbols[left.Next].Previous = pair.Left;
                Offer(text, symbols, pair.Left, left.Next);
            }
            if (left.Previous >= 0)
                Offer(text, symbols, left.Previous, pair.Left);
        }
        for (var i = symbols.Length > 0 ? 0 : -1; i >= 0; i = symbols[i].Next)
            emit(text.Slice(symbols[i].Start, symbols[i].Length));
    }

    private void Offer(ReadOnlySpan<byte> text, Span<Symbol> symbols, int left, int right)
    {
        var length = symbols[left].Length + symbols[right].Length;
        var id = vocabulary.FindSpelled(text.Slice(symbols[left].Start, length));
        if (id >= 0)
            _queue.Enqueue((left, right, length), (ulong)Descending(vocabulary.Scores[id]) << 32 | (uint)left);
    }

    // A float's bits ordered as unsigned numbers, highest first.
    private static uint Descending(float score)
    {
        var bits = BitConverter.SingleToUInt32Bits(score == 0 ? 0 : score);
        return ~((bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u);
    }
}

/// <summary>Takes a symbol's text.</summary>
internal delegate void SymbolSink(ReadOnlySpan<byte> symbol);
