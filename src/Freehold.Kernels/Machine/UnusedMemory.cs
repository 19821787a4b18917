using Freehold.Kernels.Generated;

namespace Freehold.Kernels.Machine;

/// <summary>Memory that stays allocated and gives its content up: the system has it back until it is touched again (madvise(2), MADV_DONTNEED). Linux only.</summary>
public static unsafe class UnusedMemory
{
    private const int DontNeed = 4;

    /// <summary>Whether the system takes such memory back.</summary>
    public static bool CanBeGivenBack => OperatingSystem.IsLinux();

    /// <summary>Gives back all whole pages of the system that lie inside. What they held is lost; what lies beside them is not touched.</summary>
    /// <param name="start">Private memory's first byte.</param>
    /// <param name="bytes">Its bytes.</param>
    public static void GiveBack(byte* start, long bytes)
    {
        var size = (nuint)Environment.SystemPageSize;
        var first = ((nuint)start + size - 1) & ~(size - 1);
        var end = ((nuint)start + (nuint)bytes) & ~(size - 1);
        // Refused only where memory is locked, by whoever wants it to stay.
        if (CanBeGivenBack && end > first)
            Pages.Advise((void*)first, end - first, DontNeed);
    }
}
