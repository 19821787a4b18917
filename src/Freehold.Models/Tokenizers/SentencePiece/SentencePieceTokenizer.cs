using System.Buffers;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Added;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.SentencePiece;

/// <summary>SentencePiece BPE with scores (Llama 1 and 2, Mistral, Gemma, Phi-3): spaces are marked, what has no piece is spelled in bytes.</summary>
internal sealed class SentencePieceTokenizer : VocabularyTokenizer
{
    private readonly ByteTokens _bytes;
    private readonly bool _spacePrefix;
    private readonly bool _wordsAreApart;

    /// <summary>Puts the parts together.</summary>
    public SentencePieceTokenizer(Vocabulary vocabulary, SpecialTokens special, AddedTokens added, bool spacePrefix)
        : base(vocabulary, special, added)
    {
        _bytes = new ByteTokens(vocabulary);
        _spacePrefix = spacePrefix;
        _wordsAreApart = WordsAreApart(vocabulary);
    }

    /// <inheritdoc/>
    public override bool HasSpacePrefix => _spacePrefix;

    /// <inheritdoc/>
    protected override void EncodeText(ReadOnlySpan<byte> text, bool begins, List<int> ids)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(checked(3 * text.Length + 3));
        var length = 0;
        if (begins && _spacePrefix)
        {
            WordMarker.Utf8.CopyTo(buffer);
            length = 3;
        }
        length += WordMarker.Mark(text, buffer.AsSpan(length));
        ReadOnlySpan<byte> marked = buffer.AsSpan(0, length);
        var merger = new ScoredMerger(Vocabulary);
        while (!marked.IsEmpty)
        {
            var end = _wordsAreApart ? WordEnd(marked) : marked.Length;
            merger.Merge(marked[..end], symbol => Emit(symbol, ids));
            marked = marked[end..];
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <inheritdoc/>
    protected override void WriteText(int id, IBufferWriter<byte> output)
    {
        switch (Vocabulary.Kind(id))
        {
            case TokenKind.Byte:
                output.Write([_bytes.Value(id)]);
                break;
            case TokenKind.UserDefined:
                output.Write(Vocabulary.Bytes(id));
                break;
            default:
                WordMarker.WriteUnmarked(Vocabulary.Bytes(id), output);
                break;
        }
    }

    private void Emit(ReadOnlySpan<byte> symbol, List<int> ids)
    {
        if (Vocabulary.FindSpelled(symbol) is >= 0 and var id)
        {
            ids.Add(id);
            return;
        }
        foreach (var value in symbol)
        {
            if (_bytes.Id(value) is >= 0 and var byteId)
                ids.Add(byteId);
            else
            {
                if (Special.Unknown >= 0)
                    ids.Add(Special.Unknown);
                return;
            }
        }
    }

    // The end of a run of marks and of the run of other text behind it.
    private static int WordEnd(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (text[at..].StartsWith(WordMarker.Utf8))
            at += 3;
        var next = text[at..].IndexOf(WordMarker.Utf8);
        return next < 0 ? text.Length : at + next;
    }

    // Where no piece has a mark behind other text, nothing merges across the beginning of a word, and words can be merged one by one.
    private static bool WordsAreApart(Vocabulary vocabulary)
    {
        for (var id = 0; id < vocabulary.Count; id++)
        {
            if (!vocabulary.IsSpelled(id))
                continue;
            var piece = vocabulary.Bytes(id);
            while (piece.StartsWith(WordMarker.Utf8))
                piece = piece[3..];
            if (piece.IndexOf(WordMarker.Utf8) >= 0)
                return false;
        }
        return true;
    }

    /// <summary>Reads the family's keys.</summary>
    /// <exception cref="ModelFormatException">They are damaged.</exception>
    public static SentencePieceTokenizer Create(ModelMetadata metadata)
    {
        var vocabulary = VocabularyReader.Read(metadata);
        if (vocabulary.Scores.Length == 0)
            throw new ModelFormatException("the metadata has no 'tokenizer.ggml.scores', by which SentencePiece merges; the file is incomplete");
        var special = SpecialTokenReader.Read(metadata, vocabulary, new SpecialDefaults(Bos: 1, Eos: 2, Unknown: 0, AddBos: true));
        var stripped = StrippedTokens.Find(metadata, vocabulary);
        return new SentencePieceTokenizer(
            vocabulary, special, new AddedTokens(vocabulary, stripped.Left, stripped.Right),
            metadata.GetBoolean("tokenizer.ggml.add_space_prefix", true));
    }
}
