using System.Buffers;
using System.Text;
using Freehold.Models.Templates;
using Freehold.Models.Tokenizers.Added;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers;

/// <summary>What all families share: added tokens come out first, the family encodes the text between them, and BOS and EOS go around.</summary>
internal abstract class VocabularyTokenizer(Vocabulary vocabulary, SpecialTokens special, AddedTokens added) : Tokenizer
{
    /// <summary>The pieces.</summary>
    protected Vocabulary Vocabulary { get; } = vocabulary;

    /// <inheritdoc/>
    public override int VocabularySize => Vocabulary.Count;

    /// <inheritdoc/>
    public override SpecialTokens Special { get; } = special;

    /// <summary>What goes in front of a text where <see cref="SpecialTokens.AddBos"/>.</summary>
    protected virtual int Front => Special.Bos;

    /// <summary>What goes behind a text where <see cref="SpecialTokens.AddEos"/>.</summary>
    protected virtual int Back => Special.Eos;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Encode(string text, bool parseSpecial = false, bool addSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(text, prompt: null, parseSpecial, addSpecial, addSpecial && Special.AddEos);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Encode(RenderedPrompt prompt, bool addSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Encode(prompt.Text, prompt, parseSpecial: false, addSpecial, addBack: false);
    }

    /// <inheritdoc/>
    public override TokenPair Pair(IReadOnlyList<int> first, IReadOnlyList<int> second) => TokenPair.Of(Special, Front, Back, first, second);

    /// <inheritdoc/>
    public override string Piece(int id) => Vocabulary.Text(Checked(id));

    /// <inheritdoc/>
    public override bool IsControl(int id) => Vocabulary.Kind(Checked(id)) is TokenKind.Control or TokenKind.Unknown;

    /// <inheritdoc/>
    public override bool IsUnused(int id) => Vocabulary.Kind(Checked(id)) is TokenKind.Unused || Vocabulary.Bytes(id).Length == 0;

    /// <inheritdoc/>
    public override void WriteBytes(int id, IBufferWriter<byte> output, bool special = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!IsControl(id))
            WriteText(id, output);
        else if (special)
            output.Write(Vocabulary.Bytes(id));
    }

    /// <inheritdoc/>
    public override string Decode(ReadOnlySpan<int> ids, bool special = false)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(16, ids.Length * 4));
        var textBegins = HasSpacePrefix;
        foreach (var id in ids)
        {
            if (textBegins && IsText(Checked(id)))
            {
                WriteFirst(id, output);
                textBegins = false;
                continue;
            }
            WriteBytes(id, output, special);
            if (!IsText(id))
                textBegins = HasSpacePrefix;
        }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Encodes text without added tokens.</summary>
    /// <param name="text">Valid UTF-8, not empty.</param>
    /// <param name="begins">Whether it stands first or behind an added token.</param>
    /// <param name="ids">Where its ids go.</param>
    protected abstract void EncodeText(ReadOnlySpan<byte> text, bool begins, List<int> ids);

    /// <summary>Writes the bytes of an id that is no control token.</summary>
    protected abstract void WriteText(int id, IBufferWriter<byte> output);

    /// <summary>Whether the id came out of text, not out of an added token.</summary>
    protected bool IsText(int id) => Vocabulary.Kind(id) is not (TokenKind.Control or TokenKind.Unknown or TokenKind.UserDefined);

    /// <summary>The id, if it is one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none of this vocabulary.</exception>
    protected int Checked(int id) => (uint)id < (uint)Vocabulary.Count
        ? id
        : throw new ArgumentOutOfRangeException(nameof(id), id, $"the vocabulary has the ids 0 to {Vocabulary.Count - 1}");

    private void WriteFirst(int id, ArrayBufferWriter<byte> output)
    {
        var own = new ArrayBufferWriter<byte>(16);
        WriteText(id, own);
        output.Write(own.WrittenSpan is [(byte)' ', .. var rest] ? rest : own.WrittenSpan);
    }

    private List<int> Encode(string text, RenderedPrompt? prompt, bool parseSpecial, bool addSpecial, bool addBack)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var bytes = utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8));
            var ids = new List<int>(bytes.Length / 3 + 4);
            if (addSpecial && Special.AddBos)
                ids.Add(Front);
            EncodeFragments(bytes, prompt is null ? Trust.Whole(parseSpecial) : Trust.Of(prompt, bytes.Length), ids);
            if (addSpecial && Special.AddBos && ids.Count > 1 && ids[1] == Front)
                ids.RemoveAt(0);
            if (addBack)
                ids.Add(Back);
            return ids;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    private void EncodeFragments(ReadOnlySpan<byte> text, in Trust trust, List<int> ids)
    {
        var begins = true;
        for (var at = 0; at < text.Length;)
        {
            var found = added.TryFind(text, at, trust, out var match);
            var end = found ? match.Start : text.Length;
            if (end > at)
            {
                EncodeText(text[at..end], begins, ids);
                begins = false;
            }
            if (!found)
                break;
            ids.Add(match.Id);
            begins = true;
            at = match.End;
        }
    }
}
