using System.Diagnostics;
using System.Runtime.InteropServices;
using Freehold.Kernels.Generated;
using Freehold.Kernels.Machine;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Products.Choices;

/// <summary>
/// Times, on this CPU, the kernels that give the same bits, and chooses: a tenth to half of a second for each form of packed weights. Each way multiplies weights that fit the last caches, since what differs between the ways is
/// arithmetic; the best of a few turns counts, all ways taking theirs in turn. What is usual stays unless something else is clearly faster.
/// </summary>
public static unsafe class KernelTuner
{
    private const int Columns = 2048, Turns = 4;
    private const double ClearlyFaster = 0.95;

    private static readonly int[] _rows = [4, 8, 16, 32, 64, 128, 256];
    private static readonly int[] _stretches = [64, 32, 16];

    /// <summary>Chooses for a form and leaves the choice with the kernels. Takes a short turn of the workers for each product, so that other models' answers go on.</summary>
    /// <param name="compute">Whose kernels.</param>
    /// <param name="form">The weights'.</param>
    /// <param name="cancellationToken">Ends it; the choice is then as it was.</param>
    /// <returns>The choice, and whether others were in the way so that nothing was chosen; null where there is nothing to choose from.</returns>
    public static (KernelChoice Choice, bool WasDisturbed)? Choose(Compute compute, PackedForm form, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(compute);
        if (compute.ChoiceOf(form) is not { } usual)
            return null;
        var outputs = Math.Max(512, 64 * compute.Threads);
        using var work = new Sample(compute, form, outputs);
        var ways = Ways(compute, form);
        var seconds = new double[ways.Count, _rows.Length];
        var disturbed = false;
        try
        {
            // The first turn compiles and assembles.
            for (var round = 0; round <= Turns; round++)
                for (var r = 0; r < _rows.Length; r++)
                    for (var way = 0; way < ways.Count; way++)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        if (!ways[way].Takes(_rows[r]))
                        {
                            seconds[way, r] = double.PositiveInfinity;
                            continue;
                        }
                        compute.Choose(form, ways[way].Choice);
                        var took = work.Multiply(_rows[r]);
                        seconds[way, r] = round <= 1 ? took : Math.Min(seconds[way, r], took);
                    }
            disturbed = work.ShareOfTime < MachineProbe.Undisturbed;
            if (!disturbed)
                usual = Best(form, usual, ways, seconds);
        }
        finally
        {
            compute.Choose(form, usual);
        }
        return (usual, disturbed);
    }

    private enum Kind
    {
        PackedByFour,
        PackedByTwo,
        Panels,
        Tiles,
    }

    private sealed record Way(Kind Kind, KernelChoice Choice, int LeastRows, int MostRows)
    {
        internal bool Takes(int rows) => rows >= LeastRows && rows <= MostRows;
    }

    // What is packed with loss is unpacked by its own slices.
    private static int[] Stretches(PackedForm form) => form.Lossy is { } kind ? [new LossyFormat(kind).SliceGroups] : _stretches;

    // Under one scale an output tiles are full, so fewer rows are worth them.
    private static int LeastTiled(PackedForm form) => form.Lossy is null ? TilePanel.WorthRows : KernelTable.ManyRows;

    private static List<Way> Ways(Compute compute, PackedForm form)
    {
        var stretches = Stretches(form);
        var longest = stretches[0];
        var ways = new List<Way> { new(Kind.PackedByFour, new KernelChoice(KernelChoice.Never, KernelChoice.Never, longest, KernelChoice.Never), 0, 128) };
        if (compute.Isa is InstructionSet.Avx512Vnni or InstructionSet.Amx)
            ways.Add(new Way(Kind.PackedByTwo, new KernelChoice(KernelChoice.Never, 0, longest, KernelChoice.Never), 8, 128));
        foreach (var stretch in stretches)
            ways.Add(new Way(Kind.Panels, new KernelChoice(0, 0, stretch, KernelChoice.Never), stretch == longest ? 0 : 64, KernelChoice.Never));
        if (compute.Isa == InstructionSet.Amx)
            ways.Add(new Way(Kind.Tiles, new KernelChoice(0, 0, longest, 0), LeastTiled(form), KernelChoice.Never));
        return ways;
    }

    private static KernelChoice Best(PackedForm form, KernelChoice usual, List<Way> ways, double[,] seconds)
    {
        var last = _rows.Length - 1;

        // For many rows, the length that takes the least time, if it is clearly less.
        double OfStretch(int stretch) => seconds[ways.FindIndex(way => way.Kind == Kind.Panels && way.Choice.Stretch == stretch), last];
        var stretches = Stretches(form);
        var shortest = stretches.MinBy(OfStretch);
        var stretch = stretches.Contains(usual.Stretch) && OfStretch(shortest) > ClearlyFaster * OfStretch(usual.Stretch) ? usual.Stretch : shortest;

        // What a kind takes for so many rows, the best of its ways.
        double Of(Kind kind, int r) => ways.Select((way, at) => way.Kind == kind ? seconds[at, r] : double.PositiveInfinity).Min();
        bool Has(Kind kind) => ways.Any(way => way.Kind == kind);
        double Packed(int r) => Math.Min(Of(Kind.PackedByFour, r), Of(Kind.PackedByTwo, r));
        double Panels(int r) => Of(Kind.Panels, r);
        var byFour = Has(Kind.PackedByTwo) ? Border(r => Of(Kind.PackedByFour, r), r => Of(Kind.PackedByTwo, r), usual.RowsByFour, VnniBlocking.MostRowsByFour) : usual.RowsByFour;
        var mostPacked = Border(Packed, Panels, usual.MostPacked, 0);
        var fromTiles = KernelChoice.Never;
        if (Has(Kind.Tiles))
        {
            var without = Border(r => Math.Min(Packed(r), Panels(r)), r => Of(Kind.Tiles, r), usual.FromTiles - 1, LeastTiled(form) - 1);
            fromTiles = without >= _rows[last] ? KernelChoice.Never : without + 1;
        }
        return new KernelChoice(mostPacked, byFour, stretch, fromTiles);
    }

    // Up to how many rows one way does better than another: where the times of all row counts together are least. Rows between two that were timed go with the lower ones.
    private static int Border(Func<int, double> below, Func<int, double> above, int usually, int least)
    {
        double Cost(int border) => Enumerable.Range(0, _rows.Length).Sum(r => Math.Log(Math.Min(1e9, _rows[r] <= border ? below(r) : above(r))));
        var best = _rows.Where(rows => rows > least).Prepend(least).MinBy(Cost);
        return Cost(usually) + Math.Log(ClearlyFaster) < Cost(best) ? usually : best;
    }

    /// <summary>Packed weights and rows to multiply them by.</summary>
    private sealed class Sample : IDisposable
    {
        private readonly Compute _compute;
        private readonly SampleWeights _weights;
        private readonly float* _x, _y;
        private readonly ActivationRows _activations;
        private TimeSpan _ran, _passed;

        internal Sample(Compute compute, PackedForm form, int outputs)
        {
            _compute = compute;
            var most = _rows[^1];
            var random = new Random(1);
            _weights = new SampleWeights(form, outputs, Columns);
            _x = (float*)NativeMemory.AlignedAlloc((nuint)((long)most * Columns * sizeof(float)), 64);
            _y = (float*)NativeMemory.AlignedAlloc((nuint)((long)most * outputs * sizeof(float)), 64);
            for (var i = 0; i < most * Columns; i++)
                _x[i] = random.NextSingle() - 0.5f;
            _activations = new ActivationRows(most, Columns, form.Bits);
        }

        /// <summary>How much of the time that products took the threads were really running.</summary>
        internal double ShareOfTime => _ran / _passed / _compute.Threads;

        internal double Multiply(int rows)
        {
            using var turn = _compute.TakeTurn();
            var (begun, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            _activations.Set(_x, Columns, rows, Columns);
            _compute.MatMul(_activations, [new Product(_weights.Matrix, _y, _weights.Matrix.Rows)]);
            var elapsed = Stopwatch.GetElapsedTime(begun);
            _ran += Environment.CpuUsage.TotalTime - used;
            _passed += elapsed;
            return elapsed.TotalSeconds;
        }

        public void Dispose()
        {
            _activations.Dispose();
            _weights.Dispose();
            NativeMemory.AlignedFree(_x);
            NativeMemory.AlignedFree(_y);
        }
    }
}
