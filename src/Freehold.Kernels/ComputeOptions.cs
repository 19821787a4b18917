using Freehold.Kernels.Threads;

namespace Freehold.Kernels;

/// <summary>What a <see cref="Compute"/> may use.</summary>
public sealed record ComputeOptions
{
    /// <summary>The instruction set; null takes the best this CPU has. Asking for one the CPU lacks is refused.</summary>
    public InstructionSet? Isa { get; init; }

    /// <summary>Worker threads, the caller's included; null takes the cores that cgroup and affinity allow.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Threads to share with other models of this process, so that together they use no more cores than one would; null starts own ones. Whoever made
    /// them disposes them, after all who share them.
    /// </summary>
    public WorkerPool? Workers { get; init; }

    /// <summary>
    /// Reads <c>FREEHOLD_ISA</c> (scalar, avx2, avxvnni, avx512, avx512vnni, amx, advsimd) and <c>FREEHOLD_THREADS</c>.
    /// </summary>
    /// <exception cref="ArgumentException">A variable holds something else; the message names it and what is allowed.</exception>
    public static ComputeOptions FromEnvironment()
    {
        var options = new ComputeOptions();
        var isa = Environment.GetEnvironmentVariable("FREEHOLD_ISA");
        if (!string.IsNullOrWhiteSpace(isa))
        {
            if (!Enum.TryParse<InstructionSet>(isa, ignoreCase: true, out var parsed) || int.TryParse(isa, out _))
                throw new ArgumentException($"FREEHOLD_ISA is '{isa}'; it must be scalar, avx2, avxvnni, avx512, avx512vnni, amx or advsimd");
            options = options with { Isa = parsed };
        }
        var threads = Environment.GetEnvironmentVariable("FREEHOLD_THREADS");
        if (!string.IsNullOrWhiteSpace(threads))
        {
            if (!int.TryParse(threads, out var count) || count is < 1 or > 1024)
                throw new ArgumentException($"FREEHOLD_THREADS is '{threads}'; it must be a number from 1 to 1024");
            options = options with { Threads = count };
        }
        return options;
    }
}
