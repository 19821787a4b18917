using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Freehold.Kernels.Threads;

/// <summary>
/// A counter that threads wait on: those who wait spin for a bounded time, which adapts to whether spinning has paid of late, and then
/// park on a kernel wait. Ringing costs no system call while nobody is parked.
/// </summary>
internal sealed class Doorbell
{
    /// <summary>The longest spin: about the time that two kernel waits take.</summary>
    private const int LongestSpinMicroseconds = 60;

    private static readonly long TicksPerMicrosecond = Math.Max(1, Stopwatch.Frequency / 1_000_000);

    private readonly object _door = new();
    private readonly bool _spins;
    private Padded _state;

    /// <param name="spins">False where there are more threads than cores: then spinning only keeps the ringer from running.</param>
    public Doorbell(bool spins)
    {
        _spins = spins;
        _state.SpinMicroseconds = LongestSpinMicroseconds;
    }

    /// <summary>How often the bell has rung.</summary>
    public int Rings => Volatile.Read(ref _state.Rings);

    /// <summary>Counts one up and wakes all who wait. Writes before it are seen by those who were woken.</summary>
    public void Ring()
    {
        // A full fence stands between counting up and looking for sleepers, as one does on the other side: one of the two sees the other.
        Interlocked.Increment(ref _state.Rings);
        if (Volatile.Read(ref _state.Sleepers) == 0)
            return;
        lock (_door)
            Monitor.PulseAll(_door);
    }

    /// <summary>Returns once <see cref="Rings"/> is no longer <paramref name="seen"/>.</summary>
    public void WaitWhile(int seen)
    {
        if (Rings != seen || (_spins && Spin(seen)))
            return;
        lock (_door)
        {
            Interlocked.Increment(ref _state.Sleepers);
            while (Rings == seen)
                Monitor.Wait(_door);
            Interlocked.Decrement(ref _state.Sleepers);
        }
    }

    private bool Spin(int seen)
    {
        var budget = Volatile.Read(ref _state.SpinMicroseconds);
        var end = Stopwatch.GetTimestamp() + budget * TicksPerMicrosecond;
        do
        {
            for (var i = 0; i < 16; i++)
            {
                if (Rings != seen)
                {
                    // Worth it: allow more. Lost updates between threads do not matter.
                    if (budget < LongestSpinMicroseconds)
                        Volatile.Write(ref _state.SpinMicroseconds, Math.Min(LongestSpinMicroseconds, budget + 8));
                    return true;
                }
                Pause();
            }
        }
        while (Stopwatch.GetTimestamp() < end);
        // In vain: spin less next time, but never so little that a hot loop cannot find back.
        Volatile.Write(ref _state.SpinMicroseconds, Math.Max(4, budget - budget / 8));
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pause()
    {
        if (X86Base.IsSupported)
            X86Base.Pause();
        else if (ArmBase.IsSupported)
            ArmBase.Yield();
        else
            Thread.SpinWait(1);
    }

    // The counter all spin on has two cache lines (what the prefetcher takes at once) of its own.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Padded
    {
        [FieldOffset(128)]
        public int Rings;

        [FieldOffset(256)]
        public int Sleepers;

        [FieldOffset(260)]
        public int SpinMicroseconds;
    }
}
