using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>
/// Where each token begins in a choice's text (<c>text_offset</c>), in UTF-16 code units. Tokens of the prompt are found in the echoed text by their bytes: BOS
/// is not in it, and the space that some tokenizers put before a text neither.
/// </summary>
internal sealed class TextOffsets(string echoed)
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(echoed);
    private int _at, _units, _answer = echoed.Length;

    /// <summary>The next token of the prompt.</summary>
    public int OfPrompt(JsonNode? entry)
    {
        var offset = _units;
        var token = BytesOf(entry);
        var left = _bytes.AsSpan(_at);
        if (!left.StartsWith(token))
            token = token is [(byte)' ', .. var rest] && left.StartsWith(rest) ? rest : [];
        _at += token.Length;
        _units += UnitsOf(token);
        return offset;
    }

    /// <summary>The next token of the answer.</summary>
    public int OfAnswer(JsonNode? entry)
    {
        var offset = _answer;
        _answer += UnitsOf(BytesOf(entry));
        return offset;
    }

    // A character counts with the byte that begins it, so that its other tokens add nothing.
    private static int UnitsOf(ReadOnlySpan<byte> bytes)
    {
        var units = 0;
        foreach (var value in bytes)
            units += BitOperations.LeadingZeroCount((uint)(byte)~value << 24) switch { 1 => 0, 4 => 2, _ => 1 };
        return units;
    }

    private static byte[] BytesOf(JsonNode? entry) =>
        entry?["bytes"] is JsonArray bytes ? [.. bytes.Select(value => (byte)(int)value!)] : Encoding.UTF8.GetBytes(TokenLogprob.Token(entry));
}
