namespace Freehold.Models.Files;

/// <summary>A model file is damaged, hostile or of a kind this engine does not read; the message says what was found where.</summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>With a message that says what is wrong and what to do.</summary>
    public ModelFormatException(string message) : base(message) { }

    /// <summary>With a cause.</summary>
    public ModelFormatException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Whether the file may be sound and is only of a kind that this engine does not run: another copy of it would not help, another model would.</summary>
    public bool IsUnsupported { get; private init; }

    /// <summary>Refuses a kind of model, with a message that says which are run.</summary>
    public static ModelFormatException Unsupported(string message) => new(message) { IsUnsupported = true };
}
