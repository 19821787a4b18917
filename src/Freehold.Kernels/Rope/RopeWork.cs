using Freehold.Kernels.Numerics;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Rope;

/// <summary>Angles, or rotations of all heads, shared out by rows.</summary>
internal sealed unsafe class RopeWork(RopeKernel kernel) : ParallelWork
{
    // Below this many floats, waking the others takes longer than the work.
    private const long Alone = 32 * 1024;

    public RopeFrequencies? Frequencies;
    public int* Positions;
    public RopePairing Pairing;
    public float* X, Cos, Sin;
    public long Stride;
    public int Rows, Heads, HeadLength, Pairs;

    public void Start(WorkerPool pool)
    {
        // An angle costs about as much as thirty rotations.
        if ((Frequencies is null ? (long)Heads * HeadLength : 30L * Pairs) * Rows < Alone)
            Run(pool, 0, 1);
        else
            pool.Run(this);
    }

    public override void Run(WorkerPool pool, int worker, int workers)
    {
        var (first, end) = ((int)((long)Rows * worker / workers), (int)((long)Rows * (worker + 1) / workers));
        for (var row = first; row < end; row++)
        {
            float* cos = Cos + (long)row * Pairs, sin = Sin + (long)row * Pairs;
            if (Frequencies is { } frequencies)
                Angles(frequencies, Positions[row], cos, sin);
            else
                for (var head = 0; head < Heads; head++)
                {
                    var x = X + row * Stride + (long)head * HeadLength;
                    if (Pairing == RopePairing.Adjacent)
                        kernel.Adjacent(x, Pairs, cos, sin);
                    else
                        kernel.Halves(x, Pairs, cos, sin);
                }
        }
    }

    private static void Angles(RopeFrequencies frequencies, int position, float* cos, float* sin)
    {
        for (var i = 0; i < frequencies.Pairs; i++)
        {
            var (s, c) = DoubleFunctions.SinCos(frequencies.Angle(i, position));
            cos[i] = (float)c * frequencies.Magnitude;
            sin[i] = (float)s * frequencies.Magnitude;
        }
    }
}
