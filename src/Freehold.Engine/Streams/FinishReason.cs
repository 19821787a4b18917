namespace Freehold.Engine.Streams;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>It has not ended yet.</summary>
    None,
    /// <summary>The model ended it, or a stop string was found.</summary>
    Stop,
    /// <summary>The number of tokens asked for, or the context, was used up.</summary>
    Length,
}
