using Freehold.Engine.Refusals;
using Freehold.Engine.Speculation;
using Freehold.Models.Architectures;
using Freehold.Models.Inference;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine;

/// <summary>A small model that guesses for a larger one of the same vocabulary: the larger one checks the guesses, and its tokens are those it would give without.</summary>
public sealed record DraftModel
{
    private DraftModel(string name, CausalModel causal) => (Name, Causal) = (name, causal);

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>Gives logits.</summary>
    public CausalModel Causal { get; }

    /// <summary>Takes a loaded model.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="loaded">The model.</param>
    /// <param name="targetName">Whom it is to guess for.</param>
    /// <param name="target">That one's vocabulary.</param>
    /// <exception cref="ModelRefusedException">It generates nothing, or its vocabulary is another; the message names the first id that differs.</exception>
    public static DraftModel Of(string name, LoadedModel loaded, string targetName, Tokenizer target)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        return Of(name, loaded.Causal ?? throw new ModelRefusedException($"{name} generates nothing, so it cannot guess for {targetName}"), loaded.Tokenizer, targetName, target);
    }

    internal static DraftModel Of(string name, CausalModel causal, Tokenizer vocabulary, string targetName, Tokenizer target)
    {
        VocabularyMatch.Demand(targetName, target, name, vocabulary);
        return causal.State.SequenceBytes == 0 ? new DraftModel(name, causal)
            : throw new ModelRefusedException($"{name} keeps {causal.State.SequenceBytes} bytes of recurrent state a sequence, which this engine does not serve yet");
    }
}
