using System.Runtime.InteropServices;

namespace Freehold.Kernels.Products;

/// <summary>Each worker's own scratch memory, allocated once and 64-byte aligned.</summary>
internal sealed unsafe class WorkerScratch : IDisposable
{
    // A page between two workers keeps their prefetchers apart.
    private const long Stride = ProductKernel.ScratchBytes + 4096;
    private byte* _memory;

    internal WorkerScratch(int workers) => _memory = (byte*)NativeMemory.AlignedAlloc(checked((nuint)(Stride * workers)), 4096);

    /// <summary>The scratch of one worker.</summary>
    internal byte* Of(int worker) => _memory + worker * Stride;

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
