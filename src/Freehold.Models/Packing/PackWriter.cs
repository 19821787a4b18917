using System.Runtime.InteropServices;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;
using Freehold.Kernels.Threads;

namespace Freehold.Models.Packing;

/// <summary>
/// Packs matrices into a file: all workers pack a stretch, then it is written. Written, not mapped: a disk that fills up is then an error
/// (<see cref="IOException"/>) and not the end of the process. The file takes its name when it is whole.
/// </summary>
internal sealed unsafe class PackWriter(PackedLayout layout, WorkerPool workers, Action<PackProgress>? progress)
{
    private const long StretchBytes = 16L << 20;

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; nothing is left of it.</exception>
    public void Write(string path, byte[] key, IReadOnlyList<WeightMatrix> matrices)
    {
        var (offsets, length) = PackedWeights.Plan(matrices, layout);
        var part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = length, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(part, options))
            {
                for (var i = 0; i < offsets.Length; i++)
                    Write(file.SafeFileHandle, matrices[i], offsets[i], length);
                RandomAccess.Write(file.SafeFileHandle, PackedWeights.Header(key, offsets, length), 0);
                progress?.Invoke(new PackProgress(length, length));
            }
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private void Write(Microsoft.Win32.SafeHandles.SafeFileHandle file, WeightMatrix matrix, long offset, long length)
    {
        var packed = layout.BytesOf(matrix);
        var panels = PackedMatrix.PanelsOf(matrix);
        var panelBytes = packed / panels;
        var stretch = (int)Math.Clamp(StretchBytes / panelBytes, 1, panels);
        var buffer = (byte*)NativeMemory.AlignedAlloc((nuint)(stretch * panelBytes), 4096);
        try
        {
            for (var panel = 0; panel < panels; panel += stretch)
            {
                var count = Math.Min(stretch, panels - panel);
                // In turns: models that serve on these threads meanwhile go on between them.
                using (workers.Turns.Take())
                    layout.Pack(matrix, panel, count, buffer, workers);
                for (long done = 0, bytes = count * panelBytes; done < bytes; done += int.MaxValue)
                    RandomAccess.Write(file, new ReadOnlySpan<byte>(buffer + done, (int)Math.Min(int.MaxValue, bytes - done)), offset + panel * panelBytes + done);
                progress?.Invoke(new PackProgress(offset + (panel + count) * panelBytes, length));
            }
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }
}
