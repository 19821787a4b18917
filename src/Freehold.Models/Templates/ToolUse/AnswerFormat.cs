using System.Text.Json.Nodes;

namespace Freehold.Models.Templates.ToolUse;

/// <summary>Where a template takes the tools from.</summary>
public enum ToolsPlace
{
    /// <summary>From a variable, an array: <see cref="AnswerFormat.ToolsVariable"/>.</summary>
    Variable,
    /// <summary>From <c>tools</c> of the system message, as JSON text (Phi-4-mini).</summary>
    SystemMessage,
    /// <summary>From nowhere: <see cref="GenericToolForm"/> writes them into the messages.</summary>
    Generic,
}

/// <summary>A variable that switches thinking.</summary>
/// <param name="Variable">Its name: <c>enable_thinking</c> or <c>thinking</c>; true and false are its values.</param>
/// <param name="Default">What the template does when it is absent; null where that is neither: the model decides.</param>
public sealed record ThinkingSwitch(string Variable, bool? Default);

/// <summary>What answers to a template's prompts look like: tool calls, reasoning, and how the template is told of both.</summary>
public sealed class AnswerFormat
{
    private const string Probe = "freehold_probe";

    private AnswerFormat(ChatTemplate template)
    {
        var family = TemplateFamilies.Find(template.Source);
        ToolsVariable = FindVariable(template);
        Tools = ToolsVariable is not null ? ToolsPlace.Variable
            : family is { Calls: not null } && template.ReadAttributes.Contains("tools") ? ToolsPlace.SystemMessage
            : ToolsPlace.Generic;
        (Calls, Family) = Tools == ToolsPlace.Generic ? (ToolCallFormats.Generic, ToolCallFormats.Generic.Name)
            : family is not null ? (family.Calls, family.Name)
            : (null, "unknown");
        Reasoning = ReasoningFormat.Find(template.Source);
        Thinking = FindSwitch(template);
        TakesEffort = FindEffort(template);
        ShowsReasoning = template.ReadAttributes.Contains("reasoning_content");
        ArgumentsAsText = Tools != ToolsPlace.Generic && TakesOnlyText(template);
    }

    /// <summary>The name of the call format, as <c>docs/tools.md</c> lists it; of one that is not read, too.</summary>
    public string Family { get; }

    /// <summary>How calls are written; null where the template has a form that is not read: then tools must be refused.</summary>
    public ToolCallFormat? Calls { get; }

    /// <summary>Where the template takes the tools from.</summary>
    public ToolsPlace Tools { get; }

    /// <summary>The variable that takes the tools: <c>tools</c>, or <c>xml_tools</c> (SmolLM3); null where none does.</summary>
    public string? ToolsVariable { get; }

    /// <summary>Whether the template wants the arguments of earlier calls (<c>tool_calls[].function.arguments</c>) as JSON text instead of an object.</summary>
    public bool ArgumentsAsText { get; }

    /// <summary>How reasoning is marked; null where nothing in the template tells.</summary>
    public ReasoningFormat? Reasoning { get; }

    /// <summary>How thinking is switched; null where it can't be.</summary>
    public ThinkingSwitch? Thinking { get; }

    /// <summary>Whether the template takes how much the model is to think: <c>reasoning_effort</c>, such as <c>low</c>, <c>medium</c> and <c>high</c>.</summary>
    public bool TakesEffort { get; }

    /// <summary>Whether the template reads what an assistant's earlier message thought (<c>reasoning_content</c>).</summary>
    public bool ShowsReasoning { get; }

    /// <summary>Reads a template's format from its source, and by rendering a few short conversations.</summary>
    public static AnswerFormat Of(ChatTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return new AnswerFormat(template);
    }

    /// <summary>Texts that must stay visible in the generated text although vocabularies hold them as control tokens.</summary>
    public IReadOnlyList<string> Markers => [.. (Calls?.Markers ?? []).Concat(Reasoning?.Markers ?? []).Distinct()];

    /// <summary>A parser for one answer to this prompt.</summary>
    /// <param name="prompt">The rendered prompt.</param>
    /// <param name="tools">Names of the tools offered; null or empty: nothing is taken for a call.</param>
    public AnswerParser Parse(string prompt, IReadOnlySet<string>? tools = null) =>
        new(tools is { Count: > 0 } ? Calls : null, Reasoning, Reasoning?.StartsInside(prompt) ?? false, tools);

    /// <summary>The variable whose tools show in the prompt. A template may name one and write nothing; then the model would not hear of its tools.</summary>
    private static string? FindVariable(ChatTemplate template)
    {
        foreach (var variable in new[] { "tools", "xml_tools" })
        {
            if (!template.ReadNames.Contains(variable))
                continue;
            var input = Question(null, true);
            input[variable] = new JsonArray(Tool(Probe));
            // Where it does not render, it may want more than is known here; its name is believed.
            if (Render(template, input)?.Contains(Probe, StringComparison.Ordinal) ?? true)
                return variable;
        }
        return null;
    }

    private static ThinkingSwitch? FindSwitch(ChatTemplate template)
    {
        foreach (var variable in new[] { "enable_thinking", "thinking" })
        {
            if (!template.ReadNames.Contains(variable))
                continue;
            var (on, off, absent) = (Render(template, Question(variable, true)), Render(template, Question(variable, false)), Render(template, Question(null, true)));
            if (on is not null && off is not null && on != off)
                return new ThinkingSwitch(variable, absent == on ? true : absent == off ? false : null);
        }
        return null;
    }

    private static bool FindEffort(ChatTemplate template)
    {
        if (!template.ReadNames.Contains("reasoning_effort"))
            return false;
        var (low, high) = (Question(null, true), Question(null, true));
        (low["reasoning_effort"], high["reasoning_effort"]) = ("low", "high");
        return Render(template, low) is { } little && Render(template, high) is { } much && little != much;
    }

    private static JsonObject Question(string? variable, bool value)
    {
        var input = new JsonObject { ["messages"] = new JsonArray(Message("user", "Hello")), ["add_generation_prompt"] = true };
        if (variable is not null)
            input[variable] = value;
        return input;
    }

    private static bool TakesOnlyText(ChatTemplate template) =>
        Render(template, Called(new JsonObject { [Probe] = 1 }))?.Contains(Probe, StringComparison.Ordinal) != true
        && Render(template, Called($$"""{"{{Probe}}": 1}"""))?.Contains(Probe, StringComparison.Ordinal) == true;

    private static JsonObject Called(JsonNode arguments)
    {
        var assistant = Message("assistant", "");
        assistant["tool_calls"] = new JsonArray(new JsonObject
        {
            ["id"] = "call00001",
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = "f", ["arguments"] = arguments },
        });
        var result = Message("tool", "1");
        (result["tool_call_id"], result["name"]) = ("call00001", "f");
        return new JsonObject
        {
            ["messages"] = new JsonArray(Message("user", "Hello"), assistant, result),
            ["tools"] = new JsonArray(Tool("f")),
            ["add_generation_prompt"] = true,
        };
    }

    private static JsonObject Tool(string name) => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = name, ["description"] = "f", ["parameters"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() } },
    };

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static string? Render(ChatTemplate template, JsonObject input)
    {
        try
        {
            return template.Render(input, new TemplateSettings { BosToken = "", EosToken = "" }).Text;
        }
        catch (Exception error) when (error is TemplateRefusedException or TemplateErrorException)
        {
            return null;
        }
    }
}
