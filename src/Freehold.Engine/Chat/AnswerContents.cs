using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Models.Templates.ToolUse;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>
/// Generated text as contents: text, thinking, and whole calls. What comes of a call before it is whole is told in <see cref="TakePieces"/>. For one answer.
/// </summary>
/// <param name="parser">Reads the answer.</param>
/// <param name="streamsArguments">
/// Whether arguments are told while they are written: where a grammar rules them from the call's first character, and enforces all of their schema. Otherwise they are told when the call proved to be one.
/// </param>
/// <param name="isValid">
/// Whether a tool's finished arguments satisfy its schema: it may assert what can't be enforced while they are written, and a call may begin in a way that no grammar foresaw.
/// </param>
internal sealed class AnswerContents(AnswerParser parser, bool streamsArguments, Func<string, JsonElement, bool> isValid)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private readonly List<(string Id, string Name)> _calls = [];
    private readonly StringBuilder _written = new();
    private JsonArray? _pieces;

    /// <summary>Whole calls so far.</summary>
    public int WholeCalls { get; private set; }

    /// <summary>Whether a call was cut by the answer's end.</summary>
    public bool IsCut { get; private set; }

    /// <summary>What became certain with this text.</summary>
    public List<AIContent> Feed(string text, bool isLast)
    {
        var contents = new List<AIContent>();
        foreach (var happened in parser.Feed(text))
            Add(contents, happened);
        if (isLast)
            foreach (var happened in parser.Finish())
                Add(contents, happened);
        return contents;
    }

    /// <summary>
    /// The pieces of calls since the last time, for those who forward them: <c>[{index, id, arguments}]</c>, the first of a call with its <c>name</c>. Null where there are none.
    /// </summary>
    public JsonArray? TakePieces()
    {
        var pieces = _pieces;
        _pieces = null;
        return pieces;
    }

    // A Guid's bits are the system's own randomness; RandomNumberGenerator would need OpenSSL on Linux.
    private static string NewId()
    {
        Span<byte> random = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(random);
        // The two bits of the variant, which are the same in all, give way to random ones.
        var bits = BitConverter.ToUInt64(random[8..]) & 0xFFFFFFFFFFFFFF3F | (uint)(random[0] & 0xC0);
        return string.Create(9, bits, static (id, left) =>
        {
            for (var i = 0; i < id.Length; i++, left /= (ulong)Letters.Length)
                id[i] = Letters[(int)(left % (ulong)Letters.Length)];
        });
    }

    private void Add(List<AIContent> contents, AnswerEvent happened)
    {
        if (happened is CallBegun)
            _written.Clear();
        _written.Append(happened.Raw);
        switch (happened)
        {
            case ContentText { Text.Length: > 0 } content:
                AddText(contents, content.Text);
                break;
            case ReasoningText { Text.Length: > 0 } reasoning:
                contents.Add(new TextReasoningContent(reasoning.Text));
                break;
            case CallBegun begun:
                // Nine letters and digits: Mistral's templates demand exactly that of the ids they get back.
                _calls.Add((NewId(), begun.Name));
                if (streamsArguments)
                    AddPiece(begun.Index, "", isFirst: true);
                break;
            case ArgumentsText arguments when streamsArguments:
                AddPiece(arguments.Index, arguments.Text, isFirst: false);
                break;
            case CallEnded ended:
                End(contents, ended);
                break;
            case CallBroken broken:
                IsCut |= broken.IsIncomplete;
                AddText(contents, broken.Text);
                break;
        }
    }

    private void End(List<AIContent> contents, CallEnded ended)
    {
        var (id, name) = _calls[ended.Index];
        using var arguments = JsonDocument.Parse(ended.Arguments, new JsonDocumentOptions { MaxDepth = 128 });
        if (!isValid(name, arguments.RootElement))
        {
            AddText(contents, _written.ToString());
            return;
        }
        if (!streamsArguments)
            AddPiece(ended.Index, ended.Arguments, isFirst: true);
        WholeCalls++;
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var argument in arguments.RootElement.EnumerateObject())
            named[argument.Name] = argument.Value.Clone(); // of a name that was written twice the last value counts, as for most who read JSON
        contents.Add(new FunctionCallContent(id, name, named)
        {
            RawRepresentation = ended.Arguments,
        });
    }

    private void AddPiece(int index, string arguments, bool isFirst)
    {
        var piece = new JsonObject { ["index"] = index, ["id"] = _calls[index].Id };
        if (isFirst)
            piece["name"] = _calls[index].Name;
        piece["arguments"] = arguments;
        (_pieces ??= []).Add((JsonNode)piece);
    }

    private static void AddText(List<AIContent> contents, string text)
    {
        if (contents is [.., TextContent last])
            last.Text += text;
        else
            contents.Add(new TextContent(text));
    }
}
