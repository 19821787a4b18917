using System.Buffers;
using System.Text.Json.Nodes;
using Freehold.Engine.Chat;
using Freehold.Gateway.Serving;
using Freehold.Models.Templates;
using Freehold.Models.Templates.ToolUse;
using Freehold.Models.Tokenizers;
using Microsoft.Extensions.AI;

namespace Freehold.Hosting;

/// <summary>A loaded model's tokenizer and chat template, as the gateway asks for them.</summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="prompt">The template.</param>
internal sealed class EngineText(Tokenizer tokenizer, ChatPrompt prompt) : IModelText
{
    public int VocabularySize => tokenizer.VocabularySize;

    public bool ShowsNames => prompt.HasTemplate && prompt.Shape.Names;

    public bool ShowsReasoning => prompt.ShowsReasoning;

    public AnswerTraits Traits { get; } = TraitsOf(prompt.Answers);

    public IReadOnlyList<int> Encode(string text, bool parseSpecial, bool addSpecial) => tokenizer.Encode(text, parseSpecial, addSpecial);

    public string Decode(IReadOnlyList<int> ids) => tokenizer.Decode([.. ids], special: true);

    public byte[] Bytes(int id)
    {
        var bytes = new ArrayBufferWriter<byte>();
        tokenizer.WriteBytes(id, bytes, special: true);
        return bytes.WrittenSpan.ToArray();
    }

    public RenderedChat Render(IReadOnlyList<ChatMessage> messages, JsonObject? variables, bool addGenerationPrompt) =>
        Shown(prompt.Render(messages, variables: variables, addGenerationPrompt: addGenerationPrompt));

    public RenderedChat Render(IReadOnlyList<ChatMessage> messages, ChatOptions options) => Shown(prompt.Render(messages, options));

    /// <summary>What answers of that form may hold; null is text alone.</summary>
    public static AnswerTraits TraitsOf(AnswerFormat? answers) =>
        answers is null ? AnswerTraits.None : new(answers.Calls?.Name, answers is { Reasoning: not null } or { Thinking: not null } or { TakesEffort: true }, answers.Thinking is not null, answers.TakesEffort);

    private RenderedChat Shown((JsonArray Messages, RenderedPrompt Prompt) rendered) =>
        new(rendered.Prompt.Text, tokenizer.Encode(rendered.Prompt), rendered.Messages, prompt.Shape.Explain());
}
