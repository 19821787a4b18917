using System.Text.Json;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.HuggingFace;

namespace Freehold.Models.Tokenizers;

/// <summary>Turns Hugging Face's <c>tokenizer.json</c> and <c>tokenizer_config.json</c> into GGUF's tokenizer keys.</summary>
public static class TokenizerJson
{
    /// <summary>The most bytes of either file that are read: the largest published ones have about 35 MB.</summary>
    public const long MaxBytes = 128L << 20;

    /// <summary>
    /// Reads byte-level BPE, BPE with byte fallback, unigram and WordPiece. What a GGUF key cannot say (another normaliser, an unknown way of
    /// cutting text) is refused, never dropped; but NFC, which some byte-level families apply first, is left out as it is for GGUF files.
    /// </summary>
    /// <param name="tokenizerJson">The <c>tokenizer.json</c>.</param>
    /// <param name="tokenizerConfigJson">The <c>tokenizer_config.json</c>, where there is one: special tokens and the chat template.</param>
    /// <returns>Keys for <see cref="ModelMetadata"/>: <c>tokenizer.ggml.*</c>, <c>tokenizer.chat_template</c> and, for tokens that swallow
    /// white space, <c>freehold.tokenizer.lstrip</c> and <c>freehold.tokenizer.rstrip</c>; <c>freehold.tokenizer.pairs</c> is false where two texts are read in a form that no key says.</returns>
    /// <exception cref="ModelFormatException">Not JSON of this kind, too large, too deep, or of a kind that is not known; the message says which.</exception>
    public static IReadOnlyDictionary<string, object> ToGgufKeys(Stream tokenizerJson, Stream? tokenizerConfigJson = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizerJson);
        using var tokenizer = Parse(tokenizerJson, "tokenizer.json");
        using var config = tokenizerConfigJson is null ? null : Parse(tokenizerConfigJson, "tokenizer_config.json");
        try
        {
            return new TokenizerJsonReader(tokenizer.RootElement, config?.RootElement).Read();
        }
        catch (InvalidOperationException cause)
        {
            // The reader asked an element for a kind of value that it isn't, or for a string with a lone surrogate.
            throw new ModelFormatException($"the tokenizer.json has a value of an unexpected kind: {cause.Message}", cause);
        }
    }

    private static JsonDocument Parse(Stream stream, string name)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxBytes)
                throw new ModelFormatException($"the {name} has more than {MaxBytes} bytes; no published one comes near");
        }
        try
        {
            var document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw new ModelFormatException($"the {name} is no JSON object");
        }
        catch (JsonException cause)
        {
            throw new ModelFormatException($"the {name} is no valid JSON: {cause.Message}", cause);
        }
    }
}
