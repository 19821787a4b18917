using System.Text.Json.Nodes;
using Freehold.Models.Templates;
using Freehold.Models.Templates.ToolUse;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Templates.ToolUse;

/// <summary>What is recognised in each published template: <c>formats.txt</c> beside this file.</summary>
public sealed class AnswerFormatTests
{
    private static readonly string _table = Path.Combine(SharedData.Root, "tests", "Freehold.Models.Tests", "Templates", "ToolUse", "formats.txt");

    public static TheoryData<string> Templates => PublishedTemplates.Names();

    [Theory]
    [MemberData(nameof(Templates))]
    public void Each_published_template_is_recognised_as_the_table_says(string name)
    {
        var format = AnswerFormat.Of(ChatTemplate.Parse(PublishedTemplates.Source(name)));
        string[] row =
        [
            name, format.Family, format.Calls is null ? "not read" : "read", format.Tools.ToString(), format.ArgumentsAsText ? "text" : "object",
            format.Reasoning?.Opens ?? "-", format.Thinking is { } thinking ? $"{thinking.Variable} {thinking.Default switch { true => "on", false => "off", null => "model" }}" : "-",
        ];
        Assert.Contains(string.Join('\t', row), File.ReadLines(_table));
    }

    [Fact]
    public void The_table_names_every_published_template() =>
        Assert.Equal(Templates.Select(row => row.Data), File.ReadLines(_table).Skip(1).Select(line => line.Split('\t')[0]).Order(StringComparer.Ordinal));

    /// <summary>Templates that render no call, and why.</summary>
    private static readonly Dictionary<string, string> _silent = new()
    {
        ["CohereForAI-c4ai-command-r-plus-tool_use.jinja"] = "fails in Python too unless tools have a description of their own",
        ["fireworks-ai-llama-3-firefunction-v2.jinja"] = "wants 'functions' besides",
        ["llama-cpp-deepseek-r1.jinja"] = "fails in Python too when there are tools",
        ["ibm-granite-granite-3.3-2B-Instruct.jinja"] = "writes the content of messages only",
    };

    [Theory]
    [MemberData(nameof(Templates))]
    public void What_a_template_writes_as_calls_is_read_as_those_calls(string name)
    {
        var template = ChatTemplate.Parse(PublishedTemplates.Source(name));
        var format = AnswerFormat.Of(template);
        if (format.Calls is not { } calls || format.Tools == ToolsPlace.Generic || _silent.ContainsKey(name))
            return;
        (string Name, string Arguments)[] made = calls.Several ? [("get_weather", """{"city": "Lyon"}"""), ("search", """{"q": "}", "n": 2}""")] : [("get_weather", """{"city": "Lyon"}""")];
        var input = Conversation(made, format.ArgumentsAsText);
        var text = template.Render(input, PublishedTemplates.Load().Settings).Text;

        // The family's own bytes, from what opens the first call to the last brace.
        var written = calls.Write(made)[..^calls.After(isLast: true).Length] + (calls.Body == ToolCallBody.NameInObject ? "}" : "");
        text = WithoutIds(text);
        Assert.Contains(written, text, StringComparison.Ordinal);

        var events = Answers.Parse(new AnswerParser(calls, null, tools: Answers.Tools), text[text.IndexOf(written, StringComparison.Ordinal)..]);
        Assert.Equal(made, Answers.Calls(events));
        Assert.Empty(events.OfType<CallBroken>());
    }

    [Fact]
    public void Phi_4_mini_takes_tools_from_the_system_message()
    {
        var template = ChatTemplate.Parse(
            "{% for message in messages %}{% if message['role'] == 'system' and 'tools' in message and message['tools'] is not none %}"
            + "{{ '<|' + message['role'] + '|>' + message['content'] + '<|tool|>' + message['tools'] + '<|/tool|>' + '<|end|>' }}"
            + "{% else %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}");
        var format = AnswerFormat.Of(template);
        Assert.Equal(("phi-4-mini", ToolsPlace.SystemMessage), (format.Family, format.Tools));
    }

    [Fact]
    public void SmolLM3s_own_variable_takes_the_tools()
    {
        var format = AnswerFormat.Of(ChatTemplate.Parse(
            """
            {%- if xml_tools -%}{{ "<tools>" }}{% for tool in xml_tools[:] %}{{ tool | string }}{% endfor %}{{ "</tools>\n<tool_call>\n{\"name\": NAME, \"arguments\": {}}\n</tool_call>" }}{%- endif -%}
            {% for m in messages %}{{ m.content }}{% endfor %}
            """));
        Assert.Equal(("hermes", ToolsPlace.Variable, "xml_tools"), (format.Family, format.Tools, format.ToolsVariable));
    }

    [Fact]
    public void A_template_that_names_tools_and_never_writes_them_gets_the_generic_form()
    {
        var format = AnswerFormat.Of(ChatTemplate.Parse("{% if tools %}<tool_call> arguments{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}"));
        Assert.Equal(("generic", ToolsPlace.Generic), (format.Family, format.Tools));
    }

    [Fact]
    public void A_template_with_tools_in_a_form_nobody_knows_offers_none()
    {
        var format = AnswerFormat.Of(ChatTemplate.Parse("{{ tools | tojson }}{% for m in messages %}{{ m.content }}{% endfor %}"));
        Assert.Null(format.Calls);
        Assert.Equal("unknown", format.Family);
    }

    [Fact]
    public void Markers_name_what_must_stay_visible()
    {
        var format = AnswerFormat.Of(ChatTemplate.Parse(PublishedTemplates.Source("mistralai-Mistral-Nemo-Instruct-2407.jinja")));
        Assert.Equal(["[TOOL_CALLS]"], format.Markers);
    }

    private static JsonObject Conversation((string Name, string Arguments)[] calls, bool asText) => new()
    {
        ["messages"] = new JsonArray(
            new JsonObject { ["role"] = "user", ["content"] = "Weather in Lyon?" },
            new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = "",
                ["tool_calls"] = new JsonArray([.. calls.Select((call, i) => new JsonObject
                {
                    ["id"] = $"call0000{i}", ["type"] = "function",
                    ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = asText ? JsonValue.Create(call.Arguments) : JsonNode.Parse(call.Arguments) },
                })]),
            },
            new JsonObject { ["role"] = "tool", ["tool_call_id"] = "call00000", ["name"] = "get_weather", ["content"] = "21" }),
        ["tools"] = JsonNode.Parse("""
            [{"type": "function", "function": {"name": "get_weather", "description": "Weather", "parameters": {"type": "object", "properties": {"city": {"type": "string", "description": "City"}}, "required": ["city"]}}}]
            """),
        ["add_generation_prompt"] = true,
    };

    // Ids are the caller's, not the family's; Reka alone leaves out the line break between calls.
    private static string WithoutIds(string text)
    {
        for (var i = 0; i < 2; i++)
            text = text.Replace($", \"id\": \"call0000{i}\"", "", StringComparison.Ordinal).Replace($"[CALL_ID]call0000{i}", "", StringComparison.Ordinal);
        return text.Replace("</tool_call><tool_call>", "</tool_call>\n<tool_call>", StringComparison.Ordinal);
    }
}
