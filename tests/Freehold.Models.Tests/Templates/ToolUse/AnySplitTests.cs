using System.Text;
using Freehold.Models.Templates.ToolUse;
using Xunit;

namespace Freehold.Models.Tests.Templates.ToolUse;

public sealed class AnySplitTests
{
    [Theory]
    [MemberData(nameof(Formats.Names), MemberType = typeof(Formats))]
    public void However_a_text_is_cut_its_events_are_the_same_and_lose_no_character(string name)
    {
        var format = Formats.Get(name);
        var random = new Random(7);
        var (whole, broken) = (0, 0);
        for (var i = 0; i < 1500; i++)
        {
            var reasoning = ReasoningFormat.Known[random.Next(ReasoningFormat.Known.Count)];
            var inside = random.Next(4) == 0;
            var text = Text(random, format, reasoning);
            var together = Answers.Parse(new AnswerParser(format, reasoning, inside, Answers.Tools), text);
            Assert.Equal(together, Answers.Parse(new AnswerParser(format, reasoning, inside, Answers.Tools), text, 1));
            int[] lengths = [.. Enumerable.Range(0, 40).Select(_ => 1 + random.Next(12))];
            Assert.Equal(together, Answers.Parse(new AnswerParser(format, reasoning, inside, Answers.Tools), text, lengths));
            whole += Answers.Calls(together).Count;
            broken += together.OfType<CallBroken>().Count();
        }
        Assert.True(whole > 100 && broken > 20, $"{whole} whole calls and {broken} broken ones: the test reaches too little");
    }

    private static string Text(Random random, ToolCallFormat format, ReasoningFormat reasoning)
    {
        string[] pieces =
        [
            "Hello", " ", "\n", "\n\n", "  ", "{", "}", "[", "]", ",", "\"", "<", "<tool", "é👩‍🔬", "{}", "functools", "```",
            reasoning.Opens, reasoning.Closes, reasoning.AnswerOpens, reasoning.AnswerCloses,
            format.Opens, format.Closes, format.CallOpens, format.CallCloses, format.NameEnds, format.IdOpens ?? "",
            format.Before("search"), format.Before("nobody"), "{\"q\": 1}", "{\"q\": \"\\n}\", \"x\": [1, null]}", format.After(false), format.After(true),
            format.Write([("search", "{\"q\": \"a\"}")]), format.Write([("search", "{}"), ("get_weather", "{\"city\":\"Nice\"}")]),
        ];
        var text = new StringBuilder();
        if (random.Next(3) == 0)
            text.Append(format.Write([("search", "{}")]));
        for (var count = random.Next(1, 12); count > 0; count--)
            text.Append(pieces[random.Next(pieces.Length)]);
        // A cut or changed character now and then.
        if (text.Length > 0 && random.Next(4) == 0)
            text.Length = random.Next(text.Length) + 1;
        if (text.Length > 0 && random.Next(4) == 0)
            text[random.Next(text.Length)] = "x{}\"\n<"[random.Next(6)];
        return text.ToString();
    }
}
