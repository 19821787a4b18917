namespace Freehold.Engine.Speculation;

/// <summary>Where guesses come from, in the order in which they are asked.</summary>
internal enum GuessSource
{
    /// <summary>What the requester expects (<see cref="PredictedText"/>).</summary>
    Prediction,

    /// <summary>Prompt and answer so far (<see cref="PromptLookup"/>).</summary>
    Lookup,

    /// <summary>A small model (<see cref="Drafter"/>).</summary>
    Model,
}
