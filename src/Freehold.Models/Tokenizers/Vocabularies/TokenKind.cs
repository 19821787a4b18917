namespace Freehold.Models.Tokenizers.Vocabularies;

/// <summary>What an id is for: the values of GGUF's <c>tokenizer.ggml.token_type</c>.</summary>
internal enum TokenKind : byte
{
    /// <summary>Not said.</summary>
    Undefined = 0,

    /// <summary>A piece of text.</summary>
    Normal = 1,

    /// <summary>Stands for what cannot be spelled.</summary>
    Unknown = 2,

    /// <summary>Named by templates, never spelled by text.</summary>
    Control = 3,

    /// <summary>A piece that is taken out of a text whole, before anything else.</summary>
    UserDefined = 4,

    /// <summary>Never used in training.</summary>
    Unused = 5,

    /// <summary>One byte, written <c>&lt;0xNN&gt;</c>.</summary>
    Byte = 6,
}
