using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Freehold.Grammars.Tests.Fakes;

/// <summary>Time that this thread computed, whatever else the machine does; elsewhere than on Linux the time that passed.</summary>
internal static partial class ProcessorTime
{
    private const int ThreadClock = 3;

    public static double Milliseconds
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;
            Assert.Equal(0, ReadClock(ThreadClock, out var time));
            return time.Seconds * 1e3 + time.Nanoseconds / 1e6;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out Time time);

    private readonly record struct Time(long Seconds, long Nanoseconds);
}
