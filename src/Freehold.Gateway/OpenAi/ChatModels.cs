using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi;

/// <summary>Models that answer conversations.</summary>
internal static class ChatModels
{
    /// <summary>The model that a request names.</summary>
    /// <exception cref="RefusedException">None is named, none has that name, or it gives embeddings alone.</exception>
    public static ModelCard Find(IModelDirectory directory, string? name)
    {
        var card = ModelNames.Find(directory, name);
        return card.Chats ? card : throw RefusedException.Field("model", $"The model '{card.Id}' {card.Does} and cannot chat.", ErrorCodes.UnsupportedValue);
    }

    /// <summary>Most templates do not show earlier thinking; who sends it should know that the model never sees it.</summary>
    public static void NoteThinking(IEnumerable<ChatMessage> messages, ServedModel model, InertFields inert)
    {
        if (model.Text is { ShowsReasoning: false } && messages.Any(message => message.Contents.Any(content => content is TextReasoningContent)))
            inert.Add("input:reasoning");
    }
}
