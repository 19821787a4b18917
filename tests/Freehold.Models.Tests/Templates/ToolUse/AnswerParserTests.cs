using Freehold.Models.Templates.ToolUse;
using Xunit;

namespace Freehold.Models.Tests.Templates.ToolUse;

public sealed class AnswerParserTests
{
    private const string Lyon = """{"city": "Lyon"}""";

    public static TheoryData<string, string> Written => new()
    {
        { "hermes", "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}\n</tool_call>" },
        { "hermes", "<tool_call>{\"arguments\": {\"city\": \"Lyon\"}, \"name\": \"get_weather\"}</tool_call>" },
        { "hermes", "<tool_call>{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Lyon\"}}</tool_call>" },
        { "hermes", "<tool_call>\n{\"id\": \"c1\", \"n\": -1.5e3, \"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"} , \"x\": [1, {}]}" },
        { "llama-3", "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Lyon\"}}" },
        { "llama-3", "\n {\"type\": \"function\", \"name\": \"get_weather\", \"parameters\": {\"city\": \"Lyon\"}}" },
        { "llama-3", "<|python_tag|>{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Lyon\"}}" },
        { "mistral-list", "[TOOL_CALLS] [{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}, \"id\": \"abcdefghi\"}]" },
        { "mistral-named", "[TOOL_CALLS]get_weather[ARGS]{\"city\": \"Lyon\"}" },
        { "mistral-named", "[TOOL_CALLS]get_weather[CALL_ID]abcdefghi[ARGS]{\"city\": \"Lyon\"}" },
        { "granite-3", "<|tool_call|>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}]" },
        { "phi-4-mini", "<|tool_call|>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}]<|/tool_call|>" },
        { "phi-4-mini", "functools[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}]" },
        { "phi-4-mini", "<|tool_call|>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}<|/tool_call|>" },
        { "granite-3", "<|tool_call|> {\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}" },
        { "functools", " functools[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}]" },
        { "command-r", "Action:\n```json\n[\n    {\n        \"tool_name\": \"get_weather\",\n        \"parameters\": {\"city\": \"Lyon\"}\n    }\n]\n```" },
        { "command-r7b", "<|START_ACTION|>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"get_weather\", \"parameters\": {\"city\": \"Lyon\"}}\n]<|END_ACTION|>" },
        { "deepseek-r1", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \"Lyon\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>" },
        { "deepseek-v3.1", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{\"city\": \"Lyon\"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>" },
        { "function-tag", "<function=get_weather>{\"city\": \"Lyon\"}</function>" },
        { "nemotron", "<TOOLCALL>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}]</TOOLCALL>" },
        { "apriel", "<tool_calls>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}, \"id\": \"1\"}]</tool_calls>" },
        { "minimax-m1", "<tool_calls>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}\n</tool_calls>" },
        { "gigachat-3.1", "<|function_call|>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void Each_familys_call_is_read(string format, string text)
    {
        var events = Answers.Parse(Formats.Get(format), text);
        Assert.Equal([("get_weather", Lyon)], Answers.Calls(events));
        Assert.Equal("", Answers.Content(events));
        Assert.Empty(events.OfType<CallBroken>());
    }

    [Theory]
    [MemberData(nameof(Formats.Names), MemberType = typeof(Formats))]
    public void What_a_format_writes_is_read_back(string name)
    {
        var format = Formats.Get(name);
        (string, string)[] calls = [("get_weather", Lyon), ("search", """{"q": "}</tool_call>]", "filters": {"tags": ["a", "\u00e9"]}}"""), ("get_weather", "{}")];
        if (!format.Several)
            calls = calls[..1];
        var lead = format.BeginsAnswer ? "" : "Let me look. ";
        var events = Answers.Parse(format, lead + format.Write(calls));
        Assert.Equal(calls, Answers.Calls(events));
        Assert.Equal(lead.TrimEnd(), Answers.Content(events));
        Assert.Empty(events.OfType<CallBroken>());
        Assert.Equal(format.Write(calls), string.Concat(calls.Select((call, i) => format.Before(call.Item1, i) + call.Item2 + format.After(i == calls.Length - 1))));
    }

    [Fact]
    public void Arguments_come_while_they_are_generated()
    {
        var parser = new AnswerParser(ToolCallFormats.Hermes, null);
        Assert.Empty(parser.Feed("<tool_call>\n{\"name\": \"get_weather\", \"argum"));
        Assert.Equal([new CallBegun(0, "get_weather", null, "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": "), new ArgumentsText(0, "{\"ci", "{\"ci")], parser.Feed("ents\": {\"ci"));
        Assert.Equal([new ArgumentsText(0, "ty\": \"Ly", "ty\": \"Ly")], parser.Feed("ty\": \"Ly"));
        Assert.Equal([new ArgumentsText(0, "on\"}", "on\"}"), new CallEnded(0, Lyon, "}")], parser.Feed("on\"}}\n</tool_"));
        Assert.Equal([new ContentText("", "\n</tool_call>")], Answers.Join([.. parser.Feed("call>"), .. parser.Finish()]));
    }

    [Theory]
    [InlineData("hermes", "<tool_call>\n{\"name\": \"search\", \"arguments\": {\"q\": oops}}\n</tool_call>", "no valid JSON")]
    [InlineData("hermes", "<tool_call>\n{\"name\": \"search\", \"arguments\": \"{}\"}\n</tool_call>", "no JSON object")]
    [InlineData("hermes", "<tool_call>\n{\"name\": \"search\"}\n</tool_call>", "no 'arguments'")]
    [InlineData("hermes", "<tool_call>\n{\"name\": \"search\", \"arguments\": {}, \"parameters\": {}}\n</tool_call>", "twice")]
    [InlineData("hermes", "<tool_call>\n{\"arguments\": {}}\n</tool_call>", "no 'name'")]
    [InlineData("hermes", "<tool_call>\n{\"name\": 7, \"arguments\": {}}\n</tool_call>", "no tool's name")]
    [InlineData("hermes", "<tool_call>\n{\"name\": \"\\ud800\", \"arguments\": {}}\n</tool_call>", "no tool's name")]
    [InlineData("hermes", "<tool_call>\n{\"name\": \"a\", \"name\": \"b\", \"arguments\": {}}", "twice")]
    [InlineData("hermes", "<tool_call> is a tag", "no valid JSON")]
    [InlineData("granite-3", "<|tool_call|> none", "no call stands")]
    [InlineData("mistral-named", "[TOOL_CALLS][ARGS]{}", "no name")]
    [InlineData("mistral-named", "[TOOL_CALLS]two words[ARGS]{}", "no name")]
    public void A_malformed_call_stays_visible_and_is_told(string format, string text, string says)
    {
        var events = Answers.Parse(Formats.Get(format), "Well: " + text);
        var broken = Assert.Single(events.OfType<CallBroken>());
        Assert.Contains(says, broken.Reason, StringComparison.Ordinal);
        Assert.False(broken.IsIncomplete);
        Assert.Empty(events.OfType<CallEnded>());
        // Shown where it stood, the answer is the generated text, but for white space at tags.
        Assert.Equal(("Well: " + text).Replace(" ", "", StringComparison.Ordinal), string.Concat(events.Select(part => part switch
        {
            ContentText content => content.Text,
            CallBroken call => call.Text,
            _ => "",
        })).Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Formats.Names), MemberType = typeof(Formats))]
    public void A_call_that_the_answers_end_cuts_is_never_whole(string name)
    {
        var format = Formats.Get(name);
        var text = format.Before("get_weather") + Lyon + (format.Body == ToolCallBody.NameInObject ? "}" : "");
        for (var length = 0; length < text.Length; length++)
        {
            var events = Answers.Parse(format, text[..length]);
            Assert.Empty(events.OfType<CallEnded>());
            if (events.OfType<CallBegun>().Any())
                Assert.True(Assert.Single(events.OfType<CallBroken>()) is { IsIncomplete: true, Index: 0 });
        }
        Assert.Single(Answers.Parse(format, text).OfType<CallEnded>());
    }

    [Theory]
    [InlineData("{\"name\": \"Ada\", \"parameters\": {}}")]
    [InlineData("{\"answer\": 42}")]
    [InlineData("{\"name\": \"get_weather\"}")]
    [InlineData("{ not JSON")]
    [InlineData("Here: {\"name\": \"get_weather\", \"parameters\": {}}")]
    public void Json_that_calls_no_offered_tool_is_the_answer(string text)
    {
        var events = Answers.Parse(ToolCallFormats.Llama3, text);
        Assert.Equal([new ContentText(text, text)], events);
    }

    [Theory]
    [InlineData("Use functools.partial, or functools [x].")]
    [InlineData("Action: none")]
    public void A_word_that_could_begin_calls_is_text_where_none_follows(string text)
    {
        var events = Answers.Parse(text[0] == 'A' ? ToolCallFormats.CommandR : ToolCallFormats.Phi4Mini with { AlsoOpens = ["functools"] }, text.Replace(" [x]", "", StringComparison.Ordinal));
        Assert.IsType<ContentText>(Assert.Single(events));
    }

    [Fact]
    public void Without_tools_nothing_is_a_call()
    {
        const string Text = "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>";
        Assert.Equal([new ContentText(Text, Text)], Answers.Parse(new AnswerParser(null, null), Text));
    }

    [Fact]
    public void Reasoning_is_parted_from_the_answer_and_the_calls()
    {
        var text = "<think>\nIs <tool_call> needed?\n</think>\n\nYes.\n" + ToolCallFormats.Hermes.Write([("search", "{}")]) + "\n";
        var events = Answers.Parse(ToolCallFormats.Hermes, text);
        Assert.Equal("Is <tool_call> needed?", Answers.Reasoning(events));
        Assert.Equal("Yes.", Answers.Content(events));
        Assert.Equal([("search", "{}")], Answers.Calls(events));
    }

    [Fact]
    public void Reasoning_that_the_prompt_opened_needs_no_opening_tag()
    {
        var format = ReasoningFormat.Known[1];
        Assert.True(format.StartsInside("<|im_start|>assistant\n<think>\n"));
        Assert.False(format.StartsInside("<|im_start|>assistant\n<think>\n\n</think>\n\n"));
        var events = Answers.Parse(new AnswerParser(null, format, startsInside: true), "Two and two.\n</think>\n\n4 <think>");
        Assert.Equal(("Two and two.", "4 <think>"), (Answers.Reasoning(events), Answers.Content(events)));
        Assert.Equal("never closed", Answers.Reasoning(Answers.Parse(new AnswerParser(null, format, startsInside: true), "never closed")));
    }

    [Fact]
    public void Tags_around_the_answer_go_where_there_was_reasoning()
    {
        var format = ReasoningFormat.Known[0];
        var events = Answers.Parse(new AnswerParser(null, format), "<think>Hm.</think>\n<response>4</response>");
        Assert.Equal(("Hm.", "4"), (Answers.Reasoning(events), Answers.Content(events)));
        Assert.Equal("<response>4</response>", Answers.Content(Answers.Parse(new AnswerParser(null, format), "<response>4</response>")));
    }

    [Fact]
    public void Long_white_space_and_broken_tags_take_linear_time()
    {
        var text = string.Concat(Enumerable.Repeat(new string('\n', 50_000) + "<tool_cal", 20));
        var events = Answers.Parse(new AnswerParser(ToolCallFormats.Hermes, ReasoningFormat.Known[1]), text, 1000);
        Assert.Equal(text, Answers.Content(events));
    }
}
