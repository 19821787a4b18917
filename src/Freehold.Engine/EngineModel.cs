using System.Text.Json.Nodes;
using Freehold.Models.Inference;
using Freehold.Models.Templates;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine;

/// <summary>What an engine needs of a loaded model.</summary>
/// <param name="Id">The name clients know it by.</param>
/// <param name="Causal">Gives logits.</param>
/// <param name="Tokenizer">Text to ids and back.</param>
/// <param name="Render">Messages to a prompt (input as chat templates take it: messages, add_generation_prompt, and further variables); null: the model has no chat template.</param>
public sealed record EngineModel(string Id, CausalModel Causal, Tokenizer Tokenizer, Func<JsonObject, RenderedPrompt>? Render);
