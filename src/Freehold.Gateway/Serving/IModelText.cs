using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Serving;

/// <summary>What a model makes of texts and conversations before it computes anything. Safe from any thread.</summary>
public interface IModelText
{
    /// <summary>Number of token ids.</summary>
    int VocabularySize { get; }

    /// <summary>Whether the name of a message's author shows in prompts.</summary>
    bool ShowsNames { get; }

    /// <summary>Whether what an earlier answer thought may show in prompts.</summary>
    bool ShowsReasoning => true;

    /// <summary>What answers to the template's prompts may hold besides text.</summary>
    AnswerTraits Traits => AnswerTraits.None;

    /// <summary>The token ids of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parseSpecial">Whether the names of control tokens in it become their ids.</param>
    /// <param name="addSpecial">Whether what the model expects around a text (BOS, CLS, SEP, EOS) is added.</param>
    IReadOnlyList<int> Encode(string text, bool parseSpecial, bool addSpecial);

    /// <summary>The text of token ids, each below <see cref="VocabularySize"/>, control tokens by their names.</summary>
    string Decode(IReadOnlyList<int> ids);

    /// <summary>The bytes of one token; they need not be whole characters.</summary>
    byte[] Bytes(int id);

    /// <summary>The prompt that the model's template makes of a conversation. Its refusals are worded by the model's <see cref="ServedModel.Explain"/>.</summary>
    RenderedChat Render(IReadOnlyList<ChatMessage> messages, JsonObject? variables, bool addGenerationPrompt);

    /// <summary>The prompt that an answer with these options goes on from: tools and what switches thinking are part of it.</summary>
    RenderedChat Render(IReadOnlyList<ChatMessage> messages, ChatOptions options);
}

/// <summary>What a model's answers may hold besides text, as its chat template tells.</summary>
/// <param name="CallFormat">The form in which it writes calls of tools (docs/tools.md); null where that is not read, and tools are refused.</param>
/// <param name="Thinks">Whether it may think before it answers.</param>
/// <param name="SwitchesThinking">Whether the template switches that.</param>
/// <param name="TakesEffort">Whether the template takes how much it is to think.</param>
public sealed record AnswerTraits(string? CallFormat, bool Thinks, bool SwitchesThinking, bool TakesEffort)
{
    /// <summary>Text only.</summary>
    public static AnswerTraits None { get; } = new(null, false, false, false);
}

/// <summary>A conversation as a prompt.</summary>
/// <param name="Prompt">The text that goes to the model.</param>
/// <param name="Ids">Its token ids.</param>
/// <param name="Messages">The messages as the template got them.</param>
/// <param name="Rule">How conversations that this template cannot show are mapped, for people.</param>
public sealed record RenderedChat(string Prompt, IReadOnlyList<int> Ids, JsonArray Messages, string Rule);
