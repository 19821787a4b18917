using Freehold.Engine.Memory;

namespace Freehold.Planning;

/// <summary>One thing that was chosen. Nothing that is chosen changes the bits of an answer.</summary>
internal sealed record Choice(string What, string Value, string Why);

/// <summary>One thing that would change the bits of answers, so that its owner decides.</summary>
/// <param name="Option">What to give on the command line.</param>
/// <param name="Effect">What it would do, with figures.</param>
internal sealed record Proposal(string Option, string Effect);

/// <summary>How a model is run on this machine and what comes of it.</summary>
internal sealed record ServingPlan
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    public required MachineLimits Machine { get; init; }

    /// <summary>Memory this process may still take, the model's own included.</summary>
    public required long AvailableBytes { get; init; }

    public required IReadOnlyList<Choice> Choices { get; init; }

    /// <summary>Null for an encoder.</summary>
    public required MemoryPlan? Memory { get; init; }

    /// <summary>Null where the machine's limits for these kernels are not known.</summary>
    public required SpeedModel? Speed { get; init; }

    /// <summary>The bench that the speeds come from; null where they are predicted.</summary>
    public required MeasuredSpeed? Measured { get; init; }

    /// <summary>Null for an encoder.</summary>
    public required Conversation? Conversation { get; init; }

    public required IReadOnlyList<Users> Users { get; init; }

    public required Prices Prices { get; init; }

    public required IReadOnlyList<Proposal> Proposals { get; init; }

    /// <summary>How the speeds are to be read.</summary>
    public string Kind => Measured is null ? "expected" : "measured";
}
