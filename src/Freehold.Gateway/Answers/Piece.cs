using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Answers;

/// <summary>One step of one choice's answer, as the client behind gave it.</summary>
/// <param name="Choice">Which choice, from 0.</param>
/// <param name="Text">New text; may be empty.</param>
/// <param name="Logprobs">An entry per new token, where they were asked for.</param>
/// <param name="PromptLogprobs">An entry per token of the prompt, with the first piece of a choice, where they were asked for.</param>
/// <param name="Finish">Set with the last piece of a choice.</param>
/// <param name="Usage">Token counts, usually with the last piece.</param>
internal readonly record struct Piece(int Choice, string Text, JsonArray? Logprobs, JsonArray? PromptLogprobs, ChatFinishReason? Finish, UsageDetails? Usage)
{
    /// <summary>The stop string that ended the choice, with its last piece, where one did and the client tells.</summary>
    public string? StopSequence { get; init; }

    /// <summary>New text of what the model thinks before it answers; null for none.</summary>
    public string? Reasoning { get; init; }

    /// <summary>New pieces of calls; null for none.</summary>
    public IReadOnlyList<CallPiece>? Calls { get; init; }

    /// <summary>Ids of calls that became whole with this piece; null for none. Only those are to be run.</summary>
    public IReadOnlyList<string>? WholeCalls { get; init; }

    /// <summary>What of the schemas asked for is not enforced, with the first piece: <c>#pointer</c>, or <c>tool#pointer</c>; null for none.</summary>
    public IReadOnlyList<string>? Unenforced { get; init; }

    /// <summary>Whether it has anything that goes into the answer's body.</summary>
    public bool HasContent => Text.Length > 0 || Reasoning is not null || Calls is not null || Logprobs is { Count: > 0 };
}
