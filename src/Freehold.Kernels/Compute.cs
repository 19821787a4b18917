using Freehold.Kernels.Products;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels;

/// <summary>
/// The numbers' one door: instruction set and worker threads chosen once, and every operation that a model is composed of.
/// Results do not depend on the instruction set, the thread count or how many rows are given at once (docs/numerics.md).
/// One caller at a time: a <see cref="Compute"/> is owned by one engine loop. Several may share their threads; then each forward step is a turn (<see cref="TakeTurn"/>).
/// </summary>
public sealed unsafe partial class Compute : IDisposable
{
    private readonly bool _ownsWorkers;

    /// <summary>Chooses the instruction set and starts the workers.</summary>
    /// <exception cref="PlatformNotSupportedException">The instruction set asked for is not on this CPU.</exception>
    /// <exception cref="ArgumentException">Another number of threads was asked for than the shared workers have.</exception>
    public Compute(ComputeOptions? options = null)
    {
        options ??= new ComputeOptions();
        Isa = options.Isa ?? InstructionSets.Best;
        if (!InstructionSets.IsSupported(Isa))
            throw new PlatformNotSupportedException(
                $"this CPU or runtime does not offer {Isa}{(Isa == InstructionSet.Amx ? $" ({InstructionSets.Amx.Why})" : "")}; it offers {string.Join(", ", InstructionSets.Supported)}");
        if (options.Workers is { } shared && options.Threads is { } threads && threads != shared.Workers)
            throw new ArgumentException($"{threads} threads were asked for; the shared workers are {shared.Workers}");
        _ownsWorkers = options.Workers is null;
        Workers = options.Workers ?? new WorkerPool(options.Threads ?? ProcessorBudget.Detect().Threads);
        _scratch = new WorkerScratch(Workers.Workers);
        _kernels = new KernelTable(Isa);
        _matMul = new MatMulWork(Isa, _kernels, _scratch);
    }

    /// <summary>The instruction set in use.</summary>
    public InstructionSet Isa { get; }

    /// <summary>Whether products of this instance use AMX, and why not.</summary>
    public AmxState Amx => Isa == InstructionSet.Amx || !InstructionSets.Amx.IsOn ? InstructionSets.Amx
        : new AmxState(false, $"it could be used here, but {Isa.ToString().ToLowerInvariant()} was asked for");

    /// <summary>Whether products read packed weights (<see cref="Products.Packed.PackedMatrix"/>) where they are given.</summary>
    public bool ReadsPanels => InstructionSets.BuildsOnAvx2(Isa);

    /// <summary>Worker threads, the caller's included.</summary>
    public int Threads => Workers.Workers;

    /// <summary>The threads.</summary>
    public WorkerPool Workers { get; }

    /// <summary>Waits until the threads are this caller's: for one forward step, after which others that share them go first. Dispose it to end it.</summary>
    public TurnGate.Turn TakeTurn() => Workers.Turns.Take();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsWorkers)
            Workers.Dispose();
        _kernels.Dispose();
        _scratch.Dispose();
        _attention?.Dispose();
    }
}
