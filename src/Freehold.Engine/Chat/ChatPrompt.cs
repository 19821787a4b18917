using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Freehold.Models.Templates;
using Freehold.Models.Templates.ToolUse;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>Turns conversations into prompts by a model's chat template. Safe from any thread.</summary>
public sealed class ChatPrompt
{
    private readonly string _id;
    private readonly Func<JsonObject, RenderedPrompt>? _render;
    private readonly AnswerFormat? _answers;
    private readonly Lazy<MessageShape> _shape;

    /// <summary>For a model; one without a template refuses every conversation.</summary>
    /// <param name="id">The name clients know it by.</param>
    /// <param name="render">Its template (<see cref="EngineModel.Render"/>); null where it has none.</param>
    /// <param name="answers">How the template takes tools; null: it takes none, and calls in the conversation are written in the generic form.</param>
    public ChatPrompt(string id, Func<JsonObject, RenderedPrompt>? render, AnswerFormat? answers = null)
    {
        (_id, _render, _answers) = (id, render, answers);
        _shape = new Lazy<MessageShape>(() => MessageShape.Of(Template));
    }

    /// <summary>Whether the model has a template at all.</summary>
    public bool HasTemplate => _render is not null;

    /// <summary>What answers to its prompts look like; null where nothing is known.</summary>
    public AnswerFormat? Answers => _answers;

    /// <summary>Whether the template reads what earlier answers thought.</summary>
    public bool ShowsReasoning => _answers is { ShowsReasoning: true };

    /// <summary>What the template can show, and how other conversations are mapped.</summary>
    /// <exception cref="RequestRefusedException">The model has no template.</exception>
    public MessageShape Shape => _shape.Value;

    /// <summary>The messages as the template gets them, and the prompt it makes of them.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="instructions">Go before it as a system message; may be null.</param>
    /// <param name="variables">Further variables of the template; may be null.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends where the assistant is to go on.</param>
    /// <param name="tools">The tools offered, in OpenAI's shape; may be null.</param>
    /// <exception cref="RequestRefusedException">The model has no template, the template refuses the conversation, a part cannot be shown, or the family's calls are not read.</exception>
    public (JsonArray Messages, RenderedPrompt Prompt) Render(IEnumerable<ChatMessage> messages, string? instructions = null, JsonObject? variables = null, bool addGenerationPrompt = true, JsonArray? tools = null)
    {
        if (tools is { Count: > 0 } && _answers?.Calls is null)
            throw new RequestRefusedException(RefusalCodes.UnsupportedParameter,
                $"tools: the chat template of '{_id}' writes calls in a form that is not read here ({_answers?.Family ?? "unknown"}); leave them out, or serve another model", "tools");
        var written = PromptMessages.Of(messages, instructions, _answers is { ArgumentsAsText: true });
        if (_answers is null or { Tools: ToolsPlace.Generic })
            written = GenericToolForm.Write(written, tools ?? [], Shape.System);
        var shaped = Shape.Apply(written);
        var input = variables is null ? [] : (JsonObject)variables.DeepClone();
        if (tools is { Count: > 0 })
            Offer(tools, shaped, input);
        input["messages"] = shaped;
        input["add_generation_prompt"] = addGenerationPrompt;
        try
        {
            return (shaped, Template(input));
        }
        catch (TemplateRefusedException refused)
        {
            throw new RequestRefusedException(RefusalCodes.TemplateRefused, $"the model's chat template refuses these messages: {refused.Message}", "messages");
        }
        catch (TemplateErrorException error)
        {
            throw new RequestRefusedException(RefusalCodes.TemplateRefused, $"the model's chat template fails on these messages: {error.Message}", "messages");
        }
    }

    /// <summary>The prompt that an answer with these options goes on from.</summary>
    /// <exception cref="RequestRefusedException">As above, or the options cannot be honoured.</exception>
    public (JsonArray Messages, RenderedPrompt Prompt) Render(IEnumerable<ChatMessage> messages, ChatOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Render(messages, new ChatParameters(options));
    }

    internal (JsonArray Messages, RenderedPrompt Prompt) Render(IEnumerable<ChatMessage> messages, ChatParameters parameters) =>
        Render(messages, parameters.Instructions, parameters.Thinking.Variables(parameters.TemplateVariables, _answers), tools: parameters.Tools?.ToJson());

    private void Offer(JsonArray tools, JsonArray messages, JsonObject input)
    {
        if (_answers!.Tools == ToolsPlace.Variable)
            input[_answers.ToolsVariable!] = tools.DeepClone();
        if (_answers.Tools != ToolsPlace.SystemMessage)
            return;
        if ((string?)messages[0]!["role"] != "system")
            messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = "" });
        messages[0]!["tools"] = tools.ToJsonString();
    }

    private Func<JsonObject, RenderedPrompt> Template => _render
        ?? throw new RequestRefusedException(RefusalCodes.UnsupportedModel, $"the model '{_id}' has no chat template; ask for a completion instead", "messages");
}
