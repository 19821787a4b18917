using System.Buffers;
using System.Text.Json.Nodes;
using Freehold.Engine.Chat;
using Freehold.Gateway.Serving;
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

    public IReadOnlyList<int> Encode(string text, bool parseSpecial, bool addSpecial) => tokenizer.Encode(text, parseSpecial, addSpecial);

    public string Decode(IReadOnlyList<int> ids) => tokenizer.Decode([.. ids], special: true);

    public byte[] Bytes(int id)
    {
        var bytes = new ArrayBufferWriter<byte>();
        tokenizer.WriteBytes(id, bytes, special: true);
        return bytes.WrittenSpan.ToArray();
    }

    public RenderedChat Render(IReadOnlyList<ChatMessage> messages, JsonObject? variables, bool addGenerationPrompt)
    {
        var (shaped, rendered) = prompt.Render(messages, variables: variables, addGenerationPrompt: addGenerationPrompt);
        return new RenderedChat(rendered.Text, tokenizer.Encode(rendered), shaped, prompt.Shape.Explain());
    }
}
