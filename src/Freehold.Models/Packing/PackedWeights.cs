using System.Buffers.Binary;
using Freehold.Kernels.Machine;
using Freehold.Kernels.Products;
using Freehold.Kernels.Threads;
using Freehold.Models.Files;

namespace Freehold.Models.Packing;

/// <summary>
/// A model's panels in a file of their own, mapped or read into huge pages. Little-endian:
/// <code>
///  0  magic "FREEHOLD-PACK\n" and two zeros     24  length of the file (u64)
/// 16  version 1 (u32)                           32  key (16 bytes), 16 zeros
/// 20  matrices (u32)                            64  offset of each matrix (u64), a multiple of 4,096
/// </code>
/// </summary>
internal sealed unsafe class PackedWeights : IDisposable
{
    private const int Version = 1, HeaderBytes = 64, Alignment = 4096;
    private readonly MappedFile? _file;
    private readonly HugePageBlock? _block;
    private readonly PackedLayout _layout;
    private readonly IReadOnlyList<WeightMatrix> _matrices;

    private PackedWeights(MappedFile? file, HugePageBlock? block, PackedLayout layout, IReadOnlyList<WeightMatrix> matrices) =>
        (_file, _block, _layout, _matrices) = (file, block, layout, matrices);

    private static ReadOnlySpan<byte> Magic => "FREEHOLD-PACK\n\0\0"u8;

    /// <summary>Bytes of the file.</summary>
    public long Bytes => _block?.Bytes ?? _file!.Length;

    /// <summary>Of those, bytes of private memory: the system cannot drop them as it drops a mapped file's.</summary>
    public long PrivateBytes => _block?.Bytes ?? 0;

    /// <summary>Of those, bytes that huge pages hold.</summary>
    public long HugeBytes => _block?.HugeBytes() ?? 0;

    /// <summary>The file's first byte.</summary>
    public byte* Start => _block is null ? _file!.Start : _block.Start;

    /// <summary>Bytes of weights that are resident, of <paramref name="stored"/> that the model's own file has.</summary>
    public long Resident(long stored) => _layout.Resident(stored, _matrices);

    /// <summary>Where each matrix lies, and how long the file is.</summary>
    public static (long[] Offsets, long Length) Plan(IReadOnlyList<WeightMatrix> matrices, PackedLayout layout)
    {
        var offsets = new long[matrices.Count];
        long at = HeaderBytes + 8L * matrices.Count;
        for (var i = 0; i < offsets.Length; i++)
        {
            at = (at + Alignment - 1) / Alignment * Alignment;
            offsets[i] = at;
            at += layout.BytesOf(matrices[i]);
        }
        return (offsets, at);
    }

    /// <summary>The bytes before the first matrix.</summary>
    public static byte[] Header(byte[] key, long[] offsets, long length)
    {
        var header = new byte[HeaderBytes + 8 * offsets.Length];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), (uint)offsets.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), length);
        key.CopyTo(header, 32);
        for (var i = 0; i < offsets.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(HeaderBytes + 8 * i), offsets[i]);
        return header;
    }

    /// <summary>Maps a file and gives the matrices their panels; null where the file is not these matrices' or not whole.</summary>
    public static PackedWeights? TryOpen(string path, byte[] key, IReadOnlyList<WeightMatrix> matrices, PackedLayout layout)
    {
        var (offsets, length) = Plan(matrices, layout);
        MappedFile file;
        try
        {
            file = MappedFile.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        var header = Header(key, offsets, length);
        if (file.Length != length || !new ReadOnlySpan<byte>(file.Start, header.Length).SequenceEqual(header))
        {
            file.Dispose();
            return null;
        }
        return new PackedWeights(file, null, layout, matrices).Give(offsets);
    }

    /// <summary>Reads a file into huge pages and gives the matrices their panels there; null where the file is not these matrices' or not whole, or there is no such memory.</summary>
    public static PackedWeights? TryRead(string path, byte[] key, IReadOnlyList<WeightMatrix> matrices, PackedLayout layout, WorkerPool workers)
    {
        var (offsets, length) = Plan(matrices, layout);
        var header = Header(key, offsets, length);
        HugePageBlock? block = null;
        try
        {
            using var file = File.OpenHandle(path);
            if (RandomAccess.GetLength(file) != length || (block = HugePageBlock.Allocate(length)) is null)
                return null;
            block.Fill(file, workers);
            if (new ReadOnlySpan<byte>(block.Start, header.Length).SequenceEqual(header))
                return new PackedWeights(null, block, layout, matrices).Give(offsets);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As if there were none.
        }
        block?.Dispose();
        return null;
    }

    private PackedWeights Give(long[] offsets)
    {
        for (var i = 0; i < offsets.Length; i++)
            _layout.Use(_matrices[i], Start + offsets[i], this);
        return this;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _block?.Dispose();
    }
}
