namespace Freehold.Engine.Scheduling;

/// <summary>Who goes first where there is not enough for all. Answers do not depend on it, only when they come.</summary>
public enum RequestPriority
{
    /// <summary>Somebody waits for it.</summary>
    Interactive,

    /// <summary>It takes what interactive requests leave (<see cref="Scheduler"/> has the rule).</summary>
    Batch,
}
