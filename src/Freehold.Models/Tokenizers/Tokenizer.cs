using System.Buffers;
using Freehold.Models.Templates;

namespace Freehold.Models.Tokenizers;

/// <summary>Text to token ids and back, exactly as the model was trained.</summary>
public abstract class Tokenizer
{
    /// <summary>Number of ids.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The ids with a meaning of their own, and what is added around a text.</summary>
    public abstract SpecialTokens Special { get; }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">Any string; unpaired surrogates count as U+FFFD.</param>
    /// <param name="parseSpecial">Whether the names of control tokens in the text become their ids. False for text that users write.</param>
    /// <param name="addSpecial">Whether what the model expects around a text (BOS, EOS, CLS, SEP) is added.</param>
    public abstract IReadOnlyList<int> Encode(string text, bool parseSpecial = false, bool addSpecial = true);

    /// <summary>
    /// Encodes a rendered prompt: control tokens form only where every character comes from the template, and
    /// BOS is added only when the prompt does not begin with it.
    /// </summary>
    public abstract IReadOnlyList<int> Encode(RenderedPrompt prompt, bool addSpecial = true);

    /// <summary>Two texts as an encoder reads them together: CLS first SEP second SEP, with two SEP between where the vocabulary says so (RoBERTa).</summary>
    /// <param name="first">Ids of the first text alone, without what is added around a text.</param>
    /// <param name="second">Ids of the second, likewise.</param>
    /// <exception cref="InvalidOperationException">The vocabulary has no form for pairs (<see cref="SpecialTokens.Pairs"/>).</exception>
    public virtual TokenPair Pair(IReadOnlyList<int> first, IReadOnlyList<int> second) => TokenPair.Of(Special, Special.Bos, Special.Eos, first, second);

    /// <summary>The piece as the vocabulary writes it, for people to look at.</summary>
    public abstract string Piece(int id);

    /// <summary>
    /// Whether <see cref="Encode(string, bool, bool)"/> puts a space before a text (at its beginning and behind each added token) and
    /// <see cref="Decode"/> takes it away again. <see cref="WriteBytes"/> knows only one id and keeps it: a caller that streams a text from
    /// its beginning drops one leading space (0x20) of the first bytes written, and does so again after each control token.
    /// </summary>
    public virtual bool HasSpacePrefix => false;

    /// <summary>
    /// Writes the bytes that the id stands for inside a text (none for control tokens unless <paramref name="special"/>). They may end
    /// in the middle of a UTF-8 sequence that the next id completes; see <see cref="HasSpacePrefix"/> for the first bytes of a text.
    /// </summary>
    public abstract void WriteBytes(int id, IBufferWriter<byte> output, bool special = false);

    /// <summary>The text of a whole sequence of ids, spaces restored as the family does; invalid UTF-8 becomes U+FFFD.</summary>
    public abstract string Decode(ReadOnlySpan<int> ids, bool special = false);

    /// <summary>Whether the id is a control token (its bytes are not part of an answer).</summary>
    public abstract bool IsControl(int id);

    /// <summary>Whether the id was never used in training, such as those that pad a vocabulary to a round length.</summary>
    public virtual bool IsUnused(int id) => false;
}

/// <summary>The ids with a meaning of their own; -1 where a vocabulary has none.</summary>
/// <param name="Bos">Beginning of a sequence.</param>
/// <param name="Eos">End of a sequence.</param>
/// <param name="Unknown">Stands for what the vocabulary cannot spell.</param>
/// <param name="Separator">SEP of encoders.</param>
/// <param name="Padding">PAD.</param>
/// <param name="Classifier">CLS of encoders.</param>
/// <param name="Mask">MASK of encoders.</param>
/// <param name="AddBos">Whether a text gets BOS (CLS) in front.</param>
/// <param name="AddEos">Whether a text gets EOS (SEP) behind.</param>
/// <param name="EndOfGeneration">Every id that ends an answer: eos, eot, eom and the family's own.</param>
public sealed record SpecialTokens(
    int Bos, int Eos, int Unknown, int Separator, int Padding, int Classifier, int Mask,
    bool AddBos, bool AddEos, IReadOnlySet<int> EndOfGeneration)
{
    /// <summary>Whether a pair has a SEP of its own between its texts, besides what stands behind a text.</summary>
    public bool AddSeparator { get; init; }

    /// <summary>Whether the vocabulary says how two texts are read together.</summary>
    public bool Pairs { get; init; } = AddEos;
}
