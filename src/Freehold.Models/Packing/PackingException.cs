namespace Freehold.Models.Packing;

/// <summary>A model cannot be packed as it was asked for; the message says why and what to do. There is no falling back: the name of a model packed with loss promises its bits.</summary>
public sealed class PackingException : Exception
{
    /// <summary>With a message that says what stands in the way.</summary>
    public PackingException(string message) : base(message) { }

    /// <summary>With a cause.</summary>
    public PackingException(string message, Exception inner) : base(message, inner) { }
}
