using System.Text.Json.Nodes;
using Freehold.Models.Templates;
using Freehold.Models.Templates.ToolUse;
using Xunit;

namespace Freehold.Models.Tests.Templates;

/// <summary>What a caller says beside the messages reaches the template: the generation prompt, tools, and the switches of thinking.</summary>
public sealed class TemplateVariablesTests
{
    public static TheoryData<string> Names => PublishedTemplates.Names();

    /// <summary>Templates that write the generation prompt always, or have none.</summary>
    private static readonly HashSet<string> _promptless = ["mistralai-Mistral-Nemo-Instruct-2407.jinja", "Mistral-Small-3.2-24B-Instruct-2506.jinja", "mistralai-Ministral-3-14B-Reasoning-2512.jinja", "unsloth-mistral-Devstral-Small-2507.jinja", "CohereForAI-c4ai-command-r7b-12-2024-tool_use.jinja"];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_generation_prompt_is_added_where_it_is_asked_for(string name)
    {
        var (kind, with) = Render(name, Question(true));
        var (_, without) = Render(name, Question(false));
        if (kind != "text")
            return;
        if (_promptless.Contains(name))
            Assert.Equal(without, with);
        else
            Assert.NotEqual(without, with);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tools_show_in_the_prompt_of_every_template_that_takes_them(string name)
    {
        var template = ChatTemplate.Parse(PublishedTemplates.Source(name));
        var input = Question(true);
        input["tools"] = JsonNode.Parse("""
            [{"type": "function", "function": {"name": "get_weather_7f3a", "description": "Weather", "parameters": {"type": "object", "properties": {"city": {"type": "string", "description": "City"}}, "required": ["city"]}}}]
            """);
        var (kind, text) = PublishedTemplatesTests.Render(template, input, PublishedTemplates.Load().Settings);
        if (kind == "text" && AnswerFormat.Of(template).Tools == ToolsPlace.Variable)
            Assert.Contains("get_weather_7f3a", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_thinking_switch_that_is_found_switches_and_no_template_with_enable_thinking_is_missed(string name)
    {
        var template = ChatTemplate.Parse(PublishedTemplates.Source(name));
        var settings = PublishedTemplates.Load().Settings;
        string Prompt(string variable, bool value)
        {
            var input = Question(true);
            input[variable] = value;
            return PublishedTemplatesTests.Render(template, input, settings).Text;
        }
        var found = AnswerFormat.Of(template).Thinking;
        if (found is not null)
        {
            Assert.NotEqual(Prompt(found.Variable, true), Prompt(found.Variable, false));
            if (found.Default is { } value)
                Assert.Equal(PublishedTemplatesTests.Render(template, Question(true), settings).Text, Prompt(found.Variable, value));
        }
        else
        {
            Assert.Equal(Prompt("enable_thinking", true), Prompt("enable_thinking", false));
        }
    }

    [Theory]
    [InlineData("Qwen-Qwen3-0.6B.jinja", false, false)]
    [InlineData("Qwen-Qwen3-0.6B.jinja", true, false)]
    [InlineData("Bielik-11B-v3.0-Instruct.jinja", true, true)]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Llama-8B.jinja", true, true)]
    [InlineData("deepseek-ai-DeepSeek-V3.1.jinja", false, false)]
    [InlineData("Apriel-1.6-15b-Thinker-fixed.jinja", true, true)]
    public void An_answer_begins_inside_the_reasoning_where_the_prompt_opened_it(string name, bool thinking, bool inside)
    {
        var template = ChatTemplate.Parse(PublishedTemplates.Source(name));
        var input = Question(true);
        input["enable_thinking"] = thinking;
        var prompt = PublishedTemplatesTests.Render(template, input, PublishedTemplates.Load().Settings).Text;
        Assert.Equal(inside, AnswerFormat.Of(template).Reasoning!.StartsInside(prompt));
        var events = AnswerFormat.Of(template).Parse(prompt).Feed("Hm");
        Assert.Equal(inside, events is [ReasoningText]);
    }

    private static JsonObject Question(bool prompt) => new()
    {
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "What is 2+2?" }),
        ["add_generation_prompt"] = prompt,
    };

    private static (string Kind, string Text) Render(string name, JsonObject input) =>
        PublishedTemplatesTests.Render(ChatTemplate.Parse(PublishedTemplates.Source(name)), input, PublishedTemplates.Load().Settings);
}
