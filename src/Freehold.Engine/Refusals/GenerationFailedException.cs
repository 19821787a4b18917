namespace Freehold.Engine.Refusals;

/// <summary>One answer could not be continued; other answers are not affected.</summary>
public sealed class GenerationFailedException : Exception
{
    /// <summary>With what went wrong.</summary>
    public GenerationFailedException(string message) : base(message) { }

    /// <summary>With a cause.</summary>
    public GenerationFailedException(string message, Exception inner) : base(message, inner) { }
}
