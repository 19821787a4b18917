using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Added;
using Freehold.Models.Tokenizers.Scalars;
using Freehold.Models.Tokenizers.SentencePiece;
using Freehold.Models.Tokenizers.Splitting;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.WordPiece;

/// <summary>
/// WordPiece (BERT): words and single punctuation marks, each spelled by the longest pieces from the left, or unknown as a whole. GGUF marks
/// a piece that begins a word with U+2581 and drops the <c>##</c> of the others.
/// </summary>
internal sealed class WordPieceTokenizer(Vocabulary vocabulary, SpecialTokens special, AddedTokens added, BertNormalizer normalizer)
    : VocabularyTokenizer(vocabulary, special, added)
{
    private const int LongestWord = 100;
    private static readonly uint Punctuation = CategoryNames.Mask("P").GetValueOrDefault();

    /// <inheritdoc/>
    public override bool HasSpacePrefix => true;

    /// <inheritdoc/>
    protected override int Front => Special.Classifier;

    /// <inheritdoc/>
    protected override int Back => Special.Separator;

    /// <summary>Words joined by spaces, then the spaces taken out that English writes no space at (Hugging Face, clean_up_tokenization).</summary>
    public override string Decode(ReadOnlySpan<int> ids, bool special = false)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(16, ids.Length * 5));
        foreach (var id in ids)
        {
            if (IsControl(id) && special)
                output.Write(" "u8);
            WriteBytes(id, output, special);
        }
        var text = Encoding.UTF8.GetString(output.WrittenSpan is [(byte)' ', .. var rest] ? rest : output.WrittenSpan);
        foreach (var (written, spoken) in (ReadOnlySpan<(string, string)>)
            [(" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re")])
            text = text.Replace(written, spoken, StringComparison.Ordinal);
        return text;
    }

    /// <inheritdoc/>
    protected override void EncodeText(ReadOnlySpan<byte> text, bool begins, List<int> ids)
    {
        var scalars = CollectionsMarshal.AsSpan(normalizer.Normalize(text));
        for (var at = 0; at < scalars.Length;)
        {
            var end = at + 1;
            if (ScalarProperties.IsWhiteSpace(scalars[at]))
            {
                at = end;
                continue;
            }
            if (!IsPunctuation(scalars[at]))
                while (end < scalars.Length && !ScalarProperties.IsWhiteSpace(scalars[end]) && !IsPunctuation(scalars[end]))
                    end++;
            EncodeWord(scalars[at..end], ids);
            at = end;
        }
    }

    /// <inheritdoc/>
    protected override void WriteText(int id, IBufferWriter<byte> output)
    {
        var piece = Vocabulary.Bytes(id);
        if (piece.StartsWith(WordMarker.Utf8))
        {
            output.Write(" "u8);
            piece = piece[3..];
        }
        output.Write(piece);
    }

    private void EncodeWord(ReadOnlySpan<int> word, List<int> ids)
    {
        var before = ids.Count;
        if (word.Length > LongestWord || !TrySpell(word, ids))
        {
            CollectionsMarshal.SetCount(ids, before);
            ids.Add(Special.Unknown);
        }
    }

    private bool TrySpell(ReadOnlySpan<int> word, List<int> ids)
    {
        Span<byte> utf8 = stackalloc byte[LongestWord * 4 + 3];
        WordMarker.Utf8.CopyTo(utf8);
        var length = 3;
        foreach (var scalar in word)
            length += new Rune(scalar).EncodeToUtf8(utf8[length..]);
        utf8 = utf8[..length];
        for (var at = 0; at < length;)
        {
            var end = Math.Min(length, at + Vocabulary.MaxLength);
            var id = -1;
            // Continuations have no mark of their own: a mark in the text must not pass for the beginning of a word.
            if (at == 0 || !utf8[at..].StartsWith(WordMarker.Utf8))
                for (; end > at + (at == 0 ? 3 : 0) && (id = Vocabulary.FindSpelled(utf8[at..end])) < 0; end--)
                {
                }
            if (id < 0)
                return false;
            ids.Add(id);
            at = end;
        }
        return true;
    }

    private static bool IsPunctuation(int scalar) =>
        scalar < 128 ? scalar is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126)
            : (ScalarProperties.Mask(scalar) & Punctuation) != 0;

    /// <summary>Reads the family's keys.</summary>
    /// <exception cref="ModelFormatException">They are damaged.</exception>
    public static WordPieceTokenizer Create(ModelMetadata metadata)
    {
        var vocabulary = VocabularyReader.Read(metadata);
        var special = SpecialTokenReader.Read(
            metadata, vocabulary, new SpecialDefaults(Bos: 101, Unknown: 100, Separator: 102, Padding: 0, Mask: 103, AddBos: true, AddEos: true));
        special = special with
        {
            Classifier = special.Classifier >= 0 ? special.Classifier : special.Bos,
            Separator = special.Separator >= 0 ? special.Separator : special.Eos,
        };
        if (special.Unknown < 0 || special.Classifier < 0 || special.Separator < 0)
            throw new ModelFormatException("a WordPiece vocabulary needs an unknown, a classifier and a separator token ('tokenizer.ggml.unknown_token_id' and so on)");
        var lowerCase = metadata.GetBoolean("tokenizer.ggml.normalizer.lowercase", true);
        var stripped = StrippedTokens.Find(metadata, vocabulary);
        return new WordPieceTokenizer(
            vocabulary, special, new AddedTokens(vocabulary, stripped.Left, stripped.Right),
            new BertNormalizer(lowerCase, metadata.GetBoolean("tokenizer.ggml.normalizer.strip_accents", lowerCase)));
    }
}
