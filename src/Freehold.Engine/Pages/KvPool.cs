using System.Runtime.InteropServices;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Machine;

namespace Freehold.Engine.Pages;

/// <summary>
/// The memory of all keys and values: one allocation, fixed when the model is loaded, cut into pages of
/// <see cref="KvLayout.PageTokens"/> positions of all layers. Memory that was never used is never touched, so it costs nothing
/// until streams need it; pages may be given up for other models, and had again. Owned by the engine's thread.
/// </summary>
internal sealed unsafe class KvPool : IDisposable
{
    private const nuint Alignment = 4096;
    private readonly int[] _free;
    private readonly int[] _references;
    private readonly int[] _givenUp;
    private readonly long _pageBytes;
    // Pages below _untouched have been used; those from _end on are given up without ever having been, those in _givenUp after it.
    private int _freeCount, _untouched, _end, _givenUpCount;
    private void* _allocation;
    private byte* _base;

    /// <summary>Reserves <paramref name="pages"/> pages of <paramref name="pageBytes"/> bytes.</summary>
    /// <exception cref="OutOfMemoryException">The system refuses the address space.</exception>
    public KvPool(long pageBytes, int pages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pages, 1);
        _pageBytes = pageBytes;
        Capacity = _end = pages;
        // calloc of a large block is an anonymous mapping: zero, and without memory behind it until it is written.
        _allocation = NativeMemory.AllocZeroed(checked((nuint)pageBytes * (nuint)pages + Alignment));
        _base = (byte*)(((nuint)_allocation + Alignment - 1) & ~(Alignment - 1));
        _free = new int[pages];
        _references = new int[pages];
        _givenUp = new int[pages];
    }

    /// <summary>Where the pages lie.</summary>
    public KvMemory Memory => new() { Base = _base, PageStride = _pageBytes };

    /// <summary>Pages that there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Pages that are not given up.</summary>
    public int Pages => _end - _givenUpCount;

    /// <summary>Pages that hold nothing.</summary>
    public int Free => _freeCount + _end - _untouched;

    /// <summary>Bytes that have been used at least once, so that memory stands behind them.</summary>
    public long TouchedBytes => _pageBytes * (_untouched - _givenUpCount);

    /// <summary>Takes an empty page, all zero, with one reference; false when none is free.</summary>
    public bool TryTake(out int page)
    {
        if (_freeCount > 0)
        {
            page = _free[--_freeCount];
            // Attention multiplies unfilled values by exact zeros (docs/numerics.md), and a page must not show what another tenant left.
            NativeMemory.Clear(_base + page * _pageBytes, (nuint)_pageBytes);
        }
        else if (_untouched < _end)
        {
            page = _untouched++;
        }
        else
        {
            page = -1;
            return false;
        }
        _references[page] = 1;
        return true;
    }

    /// <summary>How many sequences use the page.</summary>
    public int References(int page) => _references[page];

    /// <summary>One more sequence uses the page.</summary>
    public int Hold(int page) => ++_references[page];

    /// <summary>One sequence fewer uses the page; returns how many still do. The page keeps its content.</summary>
    public int LetGo(int page) => --_references[page];

    /// <summary>The page's content is no longer wanted by anybody.</summary>
    public void GiveBack(int page) => _free[_freeCount++] = page;

    /// <summary>One page fewer: an empty one is given up, and its memory goes back to the system; false when none is empty.</summary>
    public bool TryGiveUp()
    {
        if (_untouched < _end)
        {
            _end--;
            return true;
        }
        if (_freeCount == 0)
            return false;
        var page = _givenUp[_givenUpCount++] = _free[--_freeCount];
        UnusedMemory.GiveBack(_base + page * _pageBytes, _pageBytes);
        return true;
    }

    /// <summary>One page more, of those that were given up; false when none was.</summary>
    public bool TryRegain()
    {
        if (_givenUpCount > 0)
            _free[_freeCount++] = _givenUp[--_givenUpCount];
        else if (_end < Capacity)
            _end++;
        else
            return false;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_allocation);
        _allocation = null;
        _base = null;
    }
}
