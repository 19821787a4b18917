using Freehold.Models.Files;
using Freehold.Models.Tokenizers;

namespace Freehold.Fuzz.Targets;

/// <summary>Hugging Face's <c>tokenizer.json</c>: what is accepted must tokenize.</summary>
public sealed class TokenizerJsonTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "tokenizer-json";

    /// <inheritdoc/>
    public IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return """
                {"version":"1.0","added_tokens":[{"id":4,"content":"<|end|>","special":true}],"normalizer":null,
                "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},"decoder":{"type":"ByteLevel"},
                "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"c":3,"<|end|>":4},"merges":["a b"]}}
                """u8.ToArray();
        }
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        using var stream = new MemoryStream(input.ToArray());
        var tokenizer = TokenizerFactory.Create(new ModelMetadata(TokenizerJson.ToGgufKeys(stream)));
        tokenizer.Decode([.. tokenizer.Encode("ab c <|end|> é", parseSpecial: true)]);
    }

    /// <inheritdoc/>
    public bool IsRefusal(Exception exception) => exception is ModelFormatException;
}
