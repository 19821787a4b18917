using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>A choice, gathered for an answer that is not streamed.</summary>
internal sealed class GatheredChoice
{
    public StringBuilder Text { get; } = new();
    public JsonArray Logprobs { get; } = [];
    public string Finish { get; set; } = "stop";
}

/// <summary>How one endpoint words a choice; everything else of an answer is common to chat and completions.</summary>
internal abstract class AnswerShape
{
    /// <summary>The value of <c>object</c> in a whole answer.</summary>
    public abstract string Kind { get; }

    /// <summary>The value of <c>object</c> in a chunk.</summary>
    public abstract string ChunkKind { get; }

    /// <summary>Whether a stream opens with a chunk of its own for each choice (chat: the role; completions: the echoed prompt).</summary>
    public abstract bool HasOpening { get; }

    /// <summary>Writes the choice that opens a stream.</summary>
    public abstract void WriteOpening(Utf8JsonWriter json, int choice);

    /// <summary>Writes a chunk's choice with new text.</summary>
    public abstract void WriteDelta(Utf8JsonWriter json, in Piece piece);

    /// <summary>Writes the choice that ends it.</summary>
    public abstract void WriteFinish(Utf8JsonWriter json, int choice, string reason);

    /// <summary>Writes a whole choice.</summary>
    public abstract void WriteWhole(Utf8JsonWriter json, int choice, GatheredChoice gathered);
}
