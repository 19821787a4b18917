using Freehold.Engine.Refusals;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine.Speculation;

/// <summary>Whether two models mean the same by the same token ids, so that one can guess for the other.</summary>
internal static class VocabularyMatch
{
    /// <summary>Compares id by id. Ids that only one of them has must stand for no text: some families pad their vocabularies to different lengths.</summary>
    /// <exception cref="ModelRefusedException">They differ; the message names the first id that does.</exception>
    public static void Demand(string target, Tokenizer vocabulary, string draft, Tokenizer other)
    {
        var common = Math.Min(vocabulary.VocabularySize, other.VocabularySize);
        for (var id = 0; id < common; id++)
            if (vocabulary.IsControl(id) != other.IsControl(id) || vocabulary.Piece(id) != other.Piece(id))
                throw Refused(id, $"is '{vocabulary.Piece(id)}' for the one and '{other.Piece(id)}' for the other{(vocabulary.Piece(id) == other.Piece(id) ? ", a control token for one alone" : "")}");
        var (longer, name) = vocabulary.VocabularySize > other.VocabularySize ? (vocabulary, target) : (other, draft);
        for (var id = common; id < longer.VocabularySize; id++)
            if (!longer.IsUnused(id))
                throw Refused(id, $"is '{longer.Piece(id)}' for {name}; the other has {common} ids");

        ModelRefusedException Refused(int id, string how) =>
            new($"{draft} cannot guess for {target}, because their vocabularies differ: id {id} {how}. Take a draft of the same family, or none");
    }
}
