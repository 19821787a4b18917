using System.Text.Json.Nodes;
using Freehold.Engine.Chat;
using Freehold.Models.Architectures;
using Freehold.Models.Inference;
using Freehold.Models.Templates;
using Freehold.Models.Templates.ToolUse;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine;

/// <summary>What an engine needs of a loaded model.</summary>
/// <param name="Id">The name clients know it by.</param>
/// <param name="Causal">Gives logits.</param>
/// <param name="Tokenizer">Text to ids and back.</param>
/// <param name="Render">Messages to a prompt (input as chat templates take it: messages, add_generation_prompt, and further variables); null: the model has no chat template.</param>
/// <param name="Answers">How its answers mark calls of tools and thinking; null: nothing is known, so tools are refused and all is text.</param>
public sealed record EngineModel(string Id, CausalModel Causal, Tokenizer Tokenizer, Func<JsonObject, RenderedPrompt>? Render, AnswerFormat? Answers = null)
{
    /// <summary>Guesses for it; null: no model does.</summary>
    public DraftModel? Draft { get; init; }

    /// <summary>A loaded model under its own chat template.</summary>
    public static EngineModel Of(LoadedModel loaded, string id, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        return new(id, loaded.Causal ?? throw new ArgumentException("the model generates nothing", nameof(loaded)), loaded.Tokenizer, TemplateRendering.Of(loaded, id, clock),
            loaded.ChatTemplate is { } template ? AnswerFormat.Of(template) : null);
    }
}
