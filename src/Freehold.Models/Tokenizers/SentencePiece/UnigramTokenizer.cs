using System.Buffers;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Added;
using Freehold.Models.Tokenizers.Scalars;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.SentencePiece;

/// <summary>
/// SentencePiece's unigram model (T5, XLM-R): of all ways to spell the normalised text the likeliest (Viterbi; Kudo 2018, Subword
/// Regularization). What no piece spells is unknown, ten below the least likely piece; neighbours that are unknown are one.
/// </summary>
internal sealed class UnigramTokenizer : VocabularyTokenizer
{
    private const int LongestPiece = 4096;
    private readonly UnigramNormalizer _normalizer;
    private readonly PrefixTrie _trie;
    private readonly ByteTokens _bytes;
    private readonly double _unknownScore;
    private readonly bool _spacePrefix;

    /// <summary>Puts the parts together.</summary>
    /// <exception cref="ModelFormatException">A piece is so long that looking for it would be slow.</exception>
    public UnigramTokenizer(Vocabulary vocabulary, SpecialTokens special, AddedTokens added, UnigramNormalizer normalizer, bool spacePrefix)
        : base(vocabulary, special, added)
    {
        (_normalizer, _spacePrefix) = (normalizer, spacePrefix);
        _bytes = new ByteTokens(vocabulary);
        if (vocabulary.MaxLength > LongestPiece)
            throw ModelFormatException.Unsupported($"the vocabulary has a piece of {vocabulary.MaxLength} bytes; a unigram model may have {LongestPiece}");
        var pieces = Enumerable.Range(0, vocabulary.Count)
            .Where(id => vocabulary.Kind(id) is TokenKind.Normal or TokenKind.UserDefined && !vocabulary.Bytes(id).IsEmpty).ToArray();
        _trie = new PrefixTrie(vocabulary, pieces);
        _unknownScore = pieces.Where(id => vocabulary.Kind(id) == TokenKind.Normal).Select(id => vocabulary.Scores[id]).DefaultIfEmpty(0).Min() - 10.0;
    }

    /// <inheritdoc/>
    public override bool HasSpacePrefix => _spacePrefix;

    /// <inheritdoc/>
    protected override void EncodeText(ReadOnlySpan<byte> text, bool begins, List<int> ids)
    {
        var normalized = new ArrayBufferWriter<byte>(text.Length + 16);
        _normalizer.Normalize(text, normalized);
        if (normalized.WrittenCount > 0)
            Likeliest(normalized.WrittenSpan, ids);
    }

    /// <inheritdoc/>
    protected override void WriteText(int id, IBufferWriter<byte> output)
    {
        if (Vocabulary.Kind(id) == TokenKind.Byte)
            output.Write([_bytes.Value(id)]);
        else if (Vocabulary.Kind(id) == TokenKind.UserDefined)
            output.Write(Vocabulary.Bytes(id));
        else
            WordMarker.WriteUnmarked(Vocabulary.Bytes(id), output);
    }

    private void Likeliest(ReadOnlySpan<byte> text, List<int> ids)
    {
        var best = new (double Score, int From, int Id)[text.Length + 1];
        Array.Fill(best, (double.NegativeInfinity, 0, Special.Unknown));
        best[0].Score = 0;
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(Utf8Scalar.Length(text[at]), text.Length - at);
            var spelled = false;
            for (int end = at, node = PrefixTrie.Root; end < text.Length && (node = _trie.Child(node, text[end])) >= 0;)
            {
                end++;
                var id = _trie.Id(node);
                if (id < 0)
                    continue;
                spelled |= end - at == length;
                Offer(ref best[end], best[at].Score + (Vocabulary.Kind(id) == TokenKind.UserDefined ? 0 : Vocabulary.Scores[id]), at, id);
            }
            if (!spelled)
                Offer(ref best[at + length], best[at].Score + _unknownScore, at, Special.Unknown);
            at += length;
        }
        var first = ids.Count;
        var previous = -1;
        for (var at = text.Length; at > 0; at = best[at].From)
        {
            if (best[at].Id != Special.Unknown || previous != Special.Unknown)
                ids.Add(best[at].Id);
            previous = best[at].Id;
        }
        ids.Reverse(first, ids.Count - first);
    }

    private static void Offer(ref (double Score, int From, int Id) best, double score, int from, int id)
    {
        if (score > best.Score)
            best = (score, from, id);
    }

    /// <summary>Reads the family's keys.</summary>
    /// <exception cref="ModelFormatException">They are damaged.</exception>
    public static UnigramTokenizer Create(ModelMetadata metadata)
    {
        var vocabulary = VocabularyReader.Read(metadata);
        if (vocabulary.Scores.Length == 0)
            throw new ModelFormatException("the metadata has no 'tokenizer.ggml.scores', by which a unigram model chooses; the file is incomplete");
        var special = SpecialTokenReader.Read(metadata, vocabulary, new SpecialDefaults(Eos: 1, Unknown: 2, Padding: 0, AddEos: true, AddSeparator: true));
        if (special.Unknown < 0)
            throw new ModelFormatException("a unigram vocabulary needs an unknown token ('tokenizer.ggml.unknown_token_id')");
        var prefix = metadata.GetBoolean("tokenizer.ggml.add_space_prefix", false);
        var stripped = StrippedTokens.Find(metadata, vocabulary);
        return new UnigramTokenizer(
            vocabulary, special, new AddedTokens(vocabulary, stripped.Left, stripped.Right),
            new UnigramNormalizer(Map(metadata), prefix, metadata.GetBoolean("tokenizer.ggml.remove_extra_whitespaces", false)), prefix);
    }

    private static CharacterMap? Map(ModelMetadata metadata)
    {
        const string key = "tokenizer.ggml.precompiled_charsmap";
        if (!metadata.Values.TryGetValue(key, out var boxed))
            return null;
        // The runtime lets an sbyte[] pass for a byte[]; both hold the same bytes.
        return boxed is byte[] map
            ? map.Length == 0 ? null : new CharacterMap(map)
            : throw new ModelFormatException($"the metadata's '{key}' is {boxed.GetType().Name}; bytes were expected");
    }
}
