using System.Text;
using System.Text.Json;
using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Tests.Fakes;

/// <summary>Vocabularies: a token for each byte, two control tokens of which the second ends an answer, and further tokens that cut texts as real ones do.</summary>
internal static class Words
{
    public const int Control = 256, End = 257;

    private static readonly string[] _further =
    [
        "{\"", "\":", "\": ", "\": \"", "\",", "\", \"", "\",\"", "\"}", "\"]", "}]", "}}", "]}", "],", "},", "{}", "[]", ", ", "\n", "\n  ", "\n    ", "    ", "  ", "null", "true", "false",
        "the", " the", "ing", "name", "\"name", "name\"", "a\"", "abc", "2024", "12", "123", "100", "-1", "0.5", ".5", "e1", "\\n", "\\\"", "\\u", "\\u00", "é", "日本", " 日本", "😀", "\":[", "\":{\"",
        "[{\"", "1,", ",1", "1]", "x-", "-0", "00", "://", "http", ".com", "@", "T00", ":00", "Z\"",
    ];

    public static GrammarCompiler Compiler { get; } = new(Small(), null);

    public static Vocabulary Small() => new(Tokens(), [End]);

    public static CompiledGrammar Schema(string schema, bool isStrict = true) => Compiler.JsonSchema(JsonElement.Parse(schema), isStrict);

    /// <summary>Any tokens of a text, by the longest that fit.</summary>
    public static int[] Tokenise(Vocabulary vocabulary, string text)
    {
        var (rest, ids) = (Encoding.UTF8.GetBytes(text).AsMemory(), new List<int>());
        while (rest.Length > 0)
        {
            var best = Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary[id].Length > 0 && rest.Span.StartsWith(vocabulary[id])).MaxBy(id => vocabulary[id].Length);
            ids.Add(best);
            rest = rest[vocabulary[best].Length..];
        }
        return [.. ids];
    }

    /// <summary>A vocabulary of so many ids: those above, then made-up words, as many as wanted.</summary>
    public static Vocabulary Large(int count)
    {
        var random = new Random(7);
        var tokens = new List<ReadOnlyMemory<byte>>(Tokens());
        var seen = tokens.Select(token => Encoding.Latin1.GetString(token.Span)).ToHashSet();
        while (tokens.Count < count)
        {
            var word = new StringBuilder();
            if (random.Next(2) == 0)
                word.Append(' ');
            for (var length = random.Next(1, 9); length > 0; length--)
                word.Append((char)(random.Next(12) == 0 ? random.Next(33, 127) : random.Next('a', 'z' + 1)));
            if (random.Next(50) == 0)
                word.Append("\",");
            if (seen.Add(word.ToString()))
                tokens.Add(Encoding.UTF8.GetBytes(word.ToString()));
        }
        return new Vocabulary(tokens, [End]);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Tokens() =>
    [
        .. Enumerable.Range(0, 256).Select(value => (ReadOnlyMemory<byte>)new[] { (byte)value }),
        default,
        default,
        .. _further.Select(word => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(word)),
    ];
}
