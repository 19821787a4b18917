using Freehold.Models.Templates.ToolUse;
using Xunit;

namespace Freehold.Models.Tests.Templates.ToolUse;

/// <summary>Answers taken apart, as tests look at them.</summary>
internal static class Answers
{
    public static IReadOnlySet<string> Tools { get; } = new HashSet<string> { "get_weather", "search" };

    /// <summary>The events of a text that comes in pieces of these lengths (the last for all further), neighbours of one kind joined.</summary>
    public static List<AnswerEvent> Parse(AnswerParser parser, string text, params int[] lengths)
    {
        var events = new List<AnswerEvent>();
        for (int at = 0, i = 0; at < text.Length; i++)
        {
            var length = lengths.Length == 0 ? text.Length : Math.Min(lengths[Math.Min(i, lengths.Length - 1)], text.Length - at);
            events.AddRange(parser.Feed(text.AsSpan(at, length)));
            at += length;
        }
        events.AddRange(parser.Finish());
        Assert.Equal(text, string.Concat(events.Select(part => part.Raw)));
        return Join(events);
    }

    public static List<AnswerEvent> Parse(ToolCallFormat format, string text) => Parse(new AnswerParser(format, ReasoningFormat.Known[1], tools: Tools), text);

    public static List<AnswerEvent> Join(IEnumerable<AnswerEvent> events)
    {
        var joined = new List<AnswerEvent>();
        foreach (var part in events)
        {
            AnswerEvent? together = (joined.LastOrDefault(), part) switch
            {
                (ContentText a, ContentText b) => new ContentText(a.Text + b.Text, a.Raw + b.Raw),
                (ReasoningText a, ReasoningText b) => new ReasoningText(a.Text + b.Text, a.Raw + b.Raw),
                (ArgumentsText a, ArgumentsText b) => new ArgumentsText(a.Index, a.Text + b.Text, a.Raw + b.Raw),
                _ => null,
            };
            if (together is not null)
                joined[^1] = together;
            else
                joined.Add(part);
        }
        return joined;
    }

    public static string Content(IEnumerable<AnswerEvent> events) => string.Concat(events.OfType<ContentText>().Select(part => part.Text));

    public static string Reasoning(IEnumerable<AnswerEvent> events) => string.Concat(events.OfType<ReasoningText>().Select(part => part.Text));

    /// <summary>The whole calls. The pieces of their arguments must make the arguments.</summary>
    public static List<(string Name, string Arguments)> Calls(IReadOnlyList<AnswerEvent> events)
    {
        var calls = new List<(string, string)>();
        foreach (var ended in events.OfType<CallEnded>())
        {
            Assert.Equal(ended.Arguments, string.Concat(events.OfType<ArgumentsText>().Where(part => part.Index == ended.Index).Select(part => part.Text)));
            calls.Add((events.OfType<CallBegun>().Single(part => part.Index == ended.Index).Name, ended.Arguments));
        }
        return calls;
    }
}
