using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// How some code wants a thread's tiles. A thread enters before its first call of that code and leaves after its last: so once in a parallel region, since
/// configuring takes some hundred cycles, and tiles that are in use must be saved at each switch of threads.
/// </summary>
internal sealed unsafe class TileConfiguration : IDisposable
{
    private const int Configure = 0, Release = 1, Bytes = 64;
    private readonly Routines _routines;
    private byte* _description;

    /// <summary>Takes what <see cref="Describe"/> made.</summary>
    /// <param name="description">For LDTILECFG.</param>
    /// <param name="load">Makes code ready to be called.</param>
    internal TileConfiguration(byte[] description, Func<byte[][], Routines> load)
    {
        var configure = new Assembler(64);
        configure.ldtilecfg(__[rdi]);
        configure.ret();
        var release = new Assembler(64);
        release.tilerelease();
        release.ret();
        _routines = load([configure.Bytes(), release.Bytes()]);
        _description = (byte*)NativeMemory.AlignedAlloc(Bytes, Bytes);
        description.CopyTo(new Span<byte>(_description, Bytes));
    }

    /// <summary>What LDTILECFG reads (Intel SDM volume 2A): palette 1, then each of eight tiles' bytes a row and rows.</summary>
    internal static byte[] Describe(Func<int, (int Rows, int RowBytes)> tileOf)
    {
        var description = new byte[Bytes];
        description[0] = 1;
        for (var tile = 0; tile < 8; tile++)
        {
            var (rows, rowBytes) = tileOf(tile);
            BinaryPrimitives.WriteUInt16LittleEndian(description.AsSpan(16 + 2 * tile), (ushort)rowBytes);
            description[48 + tile] = (byte)rows;
        }
        return description;
    }

    /// <summary>Configures the calling thread's tiles, whatever they were, and gives it the signal stack that they need.</summary>
    internal void Enter()
    {
        if (SignalStack.IsAvailable)
            SignalStack.Ensure();
        _routines.Call(Configure, _description);
        GC.KeepAlive(this);
    }

    /// <summary>Gives the calling thread's tiles back.</summary>
    internal void Leave() => _routines.Call(Release, null);

    /// <summary>Frees the code; no thread may have entered.</summary>
    public void Dispose()
    {
        _routines.Dispose();
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory of an instance that nobody disposed.</summary>
    ~TileConfiguration() => Free();

    private void Free()
    {
        NativeMemory.AlignedFree(_description);
        _description = null;
    }
}
