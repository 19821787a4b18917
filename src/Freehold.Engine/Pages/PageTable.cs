using Freehold.Kernels.Attention;

namespace Freehold.Engine.Pages;

/// <summary>The pages of one sequence, in order; entry i holds positions 64 i to 64 i + 63. Its array never moves, so that kernels may read it.</summary>
internal sealed unsafe class PageTable
{
    private readonly int[] _pages;

    /// <summary>Room for a sequence of at most <paramref name="positions"/> positions.</summary>
    public PageTable(int positions)
    {
        _pages = GC.AllocateArray<int>(PagesFor(positions), pinned: true);
    }

    /// <summary>Pages held.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them, from the first on, are known to the prefix tree.</summary>
    public int Published { get; set; }

    /// <summary>The entries, for a batch.</summary>
    public int* Pointer => (int*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_pages));

    /// <summary>The page of positions 64 <paramref name="index"/> on.</summary>
    public int this[int index]
    {
        get => _pages[index];
        set => _pages[index] = value;
    }

    /// <summary>Pages that hold this many positions.</summary>
    public static int PagesFor(int positions) => (positions + KvLayout.PageTokens - 1) / KvLayout.PageTokens;

    /// <summary>Adds a page behind the others.</summary>
    public void Add(int page) => _pages[Count++] = page;

    /// <summary>Takes the last page off.</summary>
    public int RemoveLast() => _pages[--Count];
}
