namespace Freehold.Engine;

/// <summary>What an engine may use; what is null is chosen by <see cref="Memory.MemoryPlan"/>.</summary>
public sealed record EngineOptions
{
    /// <summary>Positions one stream may have, prompt and answer together; null: as many as model and memory allow.</summary>
    public int? Context { get; init; }

    /// <summary>Bytes for keys and values of all streams together, fixed when the model is loaded.</summary>
    public long? KvMemoryBytes { get; init; }

    /// <summary>Streams that run at once; further ones wait.</summary>
    public int? MaxStreams { get; init; }

    /// <summary>Rows of prompts in one step while nothing is being decoded; at least 1.</summary>
    public int? PrefillChunk { get; init; }

    /// <summary>Rows of prompts in one step beside streams that are being decoded, here or by another model on the same threads: what bounds the time between their tokens; at least 1.</summary>
    public int PrefillChunkBesideDecoding { get; init; } = 64;

    /// <summary>Requests that may wait, all clients together; further ones are refused.</summary>
    public int MaxWaiting { get; init; } = 1024;

    /// <summary>Requests of one client that may wait or run; further ones are refused.</summary>
    public int MaxPerClient { get; init; } = 256;

    /// <summary>Whether sequences of one tenant that begin alike share pages.</summary>
    public bool SharePrefixes { get; init; } = true;

    /// <summary>Whether answers are guessed ahead, from their own text or by a draft: fewer steps, the same tokens.</summary>
    public bool Speculation { get; init; } = true;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
