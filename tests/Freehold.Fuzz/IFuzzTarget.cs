namespace Freehold.Fuzz;

/// <summary>A parser under fire. Add one to <see cref="FuzzTargets.All"/> and it is run with the others.</summary>
public interface IFuzzTarget
{
    /// <summary>Names its corpus folder.</summary>
    string Name { get; }

    /// <summary>Valid inputs that mutations start from.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>Parses the input and touches what came out; only the refusals of <see cref="IsRefusal"/> may leave it.</summary>
    void Run(ReadOnlySpan<byte> input);

    /// <summary>Whether this exception is the typed error that bad input should give.</summary>
    bool IsRefusal(Exception exception);

    /// <summary>Bytes one run may allocate.</summary>
    long AllocationLimit(int inputBytes) => (16L * inputBytes) + (64L << 20);
}
