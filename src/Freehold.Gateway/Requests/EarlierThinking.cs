using Freehold.Gateway.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Requests;

/// <summary>What earlier answers thought, as a conversation sends it back.</summary>
internal static class EarlierThinking
{
    /// <summary>Most templates do not show it; who sends it should know that the model never sees it.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="model">Who is to read it.</param>
    /// <param name="inert">Is told.</param>
    /// <param name="name">The field that holds it in the request's dialect.</param>
    public static void Note(IEnumerable<ChatMessage> messages, ServedModel model, InertFields inert, string name)
    {
        if (model.Text is { ShowsReasoning: false } && messages.Any(message => message.Contents.Any(content => content is TextReasoningContent)))
            inert.Add(name);
    }
}
