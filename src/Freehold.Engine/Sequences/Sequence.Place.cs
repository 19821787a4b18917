using Freehold.Engine.Scheduling;

namespace Freehold.Engine.Sequences;

/// <summary>Its place among the others: whose it is, and since when.</summary>
internal sealed partial class Sequence
{
    /// <summary>Who is treated fairly.</summary>
    public ClientKey Client { get; }

    /// <summary>Whether it goes before others or takes what they leave.</summary>
    public RequestPriority Priority => Client.Priority;

    /// <summary>Seniority: what came earlier goes first where there is not enough for all.</summary>
    public long Order { get; set; }

    /// <summary>Its place in its client's line.</summary>
    public LinkedListNode<Sequence> Node { get; }

    /// <summary>Its client's line.</summary>
    public ClientLine? Line { get; set; }

    /// <summary>When it was submitted (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long SubmittedAt { get; set; }

    /// <summary>When its first token must come at the latest, counted from <see cref="SubmittedAt"/>; null: whenever it comes.</summary>
    public TimeSpan? FirstTokenWithin { get; }

    /// <summary>How long it waited before anything of it was computed.</summary>
    public TimeSpan Queued { get; set; }

    /// <summary>Its part of the <see cref="Backlog"/>.</summary>
    public int Owed { get; set; }

    /// <summary>When its last token was sampled; 0 before the first.</summary>
    public long LastTokenAt { get; set; }
}
