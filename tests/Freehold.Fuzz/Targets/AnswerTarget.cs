using System.Text;
using Freehold.Models.Templates.ToolUse;

namespace Freehold.Fuzz.Targets;

/// <summary>Generated text with tool calls: no character may be lost, however it is cut. The first byte chooses the format and the cut.</summary>
public sealed class AnswerTarget : IFuzzTarget
{
    private static readonly ToolCallFormat[] s_formats = [ToolCallFormats.Hermes, ToolCallFormats.Llama3, ToolCallFormats.MistralNamed, ToolCallFormats.Granite3, ToolCallFormats.DeepSeekR1, ToolCallFormats.CommandR7B];
    private static readonly HashSet<string> s_tools = ["f"];

    /// <inheritdoc/>
    public string Name => "answer";

    /// <inheritdoc/>
    public IEnumerable<byte[]> Seeds => s_formats.Select((format, i) =>
        (byte[])[(byte)i, .. Encoding.UTF8.GetBytes("<think>Hm.</think>\n" + format.Write([("f", """{"a": [1, "x\n"]}"""), ("f", "{}")]))]);

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        var text = Encoding.UTF8.GetString(input[1..]);
        var parser = new AnswerParser(s_formats[input[0] % s_formats.Length], ReasoningFormat.Known[1], (input[0] & 64) != 0, s_tools);
        var raw = new StringBuilder();
        for (var (at, size) = (0, 1 + input[0] / 16); at < text.Length; at += size)
            foreach (var part in parser.Feed(text.AsSpan(at, Math.Min(size, text.Length - at))))
                raw.Append(part.Raw);
        foreach (var part in parser.Finish())
            raw.Append(part.Raw);
        if (raw.ToString() != text)
            throw new InvalidOperationException("the events lose or change characters");
    }

    /// <inheritdoc/>
    public bool IsRefusal(Exception exception) => false;
}
