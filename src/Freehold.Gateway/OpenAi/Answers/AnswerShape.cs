using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>A choice, gathered for an answer that is not streamed.</summary>
/// <param name="prompt">Which prompt it continues.</param>
internal sealed class GatheredChoice(int prompt)
{
    public int Prompt { get; } = prompt;
    public StringBuilder Text { get; } = new();
    public StringBuilder Reasoning { get; } = new();
    public GatheredCalls Calls { get; } = new();
    public JsonArray Logprobs { get; } = [];
    public JsonArray? PromptLogprobs { get; set; }
    public string Finish { get; set; } = "stop";

    /// <summary>Mean log-probability of its tokens; what nothing was said about is the least likely.</summary>
    public double MeanLogprob => Logprobs.Count == 0 ? double.NegativeInfinity : Logprobs.Average(TokenLogprob.Logprob);
}

/// <summary>How one endpoint words a choice; everything else of an answer is common to chat and completions.</summary>
internal abstract class AnswerShape
{
    /// <summary>The value of <c>object</c> in a whole answer.</summary>
    public abstract string Kind { get; }

    /// <summary>The value of <c>object</c> in a chunk.</summary>
    public abstract string ChunkKind { get; }

    /// <summary>Whether a choice's part of a stream opens with a chunk of its own (chat: the role; completions: the echoed prompt).</summary>
    public abstract bool HasOpening { get; }

    /// <summary>Whether the opening must wait for the choice's first piece, which brings what it tells.</summary>
    public virtual bool OpensWithPiece => false;

    /// <summary>The piece as this endpoint words it.</summary>
    public virtual Piece Adapt(in Piece piece) => piece;

    /// <summary>Writes the choice that opens its part of a stream.</summary>
    public abstract void WriteOpening(Utf8JsonWriter json, int choice, JsonArray? promptLogprobs);

    /// <summary>Writes a chunk's choice with new text.</summary>
    public abstract void WriteDelta(Utf8JsonWriter json, in Piece piece);

    /// <summary>Writes the choice that ends its part.</summary>
    public abstract void WriteFinish(Utf8JsonWriter json, int choice, string reason);

    /// <summary>Writes a whole choice.</summary>
    public abstract void WriteWhole(Utf8JsonWriter json, int choice, GatheredChoice gathered);

    /// <summary>A chunk's choice that says nothing new, while the first token is long in coming.</summary>
    public void WriteNothing(Utf8JsonWriter json, int choice) => WriteDelta(json, new Piece(choice, "", null, null, null, null));
}
