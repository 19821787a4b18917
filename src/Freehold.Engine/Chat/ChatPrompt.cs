using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Freehold.Models.Templates;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>Turns conversations into prompts by a model's chat template. Safe from any thread.</summary>
public sealed class ChatPrompt
{
    private readonly string _id;
    private readonly Func<JsonObject, RenderedPrompt>? _render;
    private readonly Lazy<MessageShape> _shape;

    /// <summary>For a model; one without a template refuses every conversation.</summary>
    /// <param name="id">The name clients know it by.</param>
    /// <param name="render">Its template (<see cref="EngineModel.Render"/>); null where it has none.</param>
    public ChatPrompt(string id, Func<JsonObject, RenderedPrompt>? render)
    {
        (_id, _render) = (id, render);
        _shape = new Lazy<MessageShape>(() => MessageShape.Of(Template));
    }

    /// <summary>Whether the model has a template at all.</summary>
    public bool HasTemplate => _render is not null;

    /// <summary>What the template can show, and how other conversations are mapped.</summary>
    /// <exception cref="RequestRefusedException">The model has no template.</exception>
    public MessageShape Shape => _shape.Value;

    /// <summary>The messages as the template gets them, and the prompt it makes of them.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="instructions">Go before it as a system message; may be null.</param>
    /// <param name="variables">Further variables of the template; may be null.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends where the assistant is to go on.</param>
    /// <exception cref="RequestRefusedException">The model has no template, the template refuses the conversation, or a part is no text.</exception>
    public (JsonArray Messages, RenderedPrompt Prompt) Render(IEnumerable<ChatMessage> messages, string? instructions = null, JsonObject? variables = null, bool addGenerationPrompt = true)
    {
        var shaped = Shape.Apply(PromptMessages.Of(messages, instructions));
        var input = variables is null ? [] : (JsonObject)variables.DeepClone();
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

    private Func<JsonObject, RenderedPrompt> Template => _render
        ?? throw new RequestRefusedException(RefusalCodes.UnsupportedModel, $"the model '{_id}' has no chat template; ask for a completion instead", "messages");
}
