using System.IO.Hashing;
using System.Text.Json;
using Freehold.Catalog.Names;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Bundles;

/// <summary>The models in a bundle; each is mapped where it lies, and never unpacked.</summary>
/// <param name="Path">The executable.</param>
/// <param name="HostLength">Bytes of the program in front of the models.</param>
/// <param name="Models">The models, with their places in the file.</param>
public sealed record BundleIndex(string Path, long HostLength, IReadOnlyList<ResolvedModel> Models);

/// <summary>Finds the models that an executable carries. Where there are none it looks for the beginning of such, which a copy that was cut off still has.</summary>
public static class BundleReader
{
    /// <summary>Reads a bundle's index, or returns null where the file is no bundle.</summary>
    /// <param name="path">An executable, usually <see cref="Environment.ProcessPath"/>; null for none.</param>
    /// <exception cref="CatalogException">It is a bundle and damaged or cut off.</exception>
    public static BundleIndex? Open(string? path)
    {
        if (path is null)
            return null;
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            Span<byte> tail = stackalloc byte[BundleFormat.TrailerBytes];
            if (length < tail.Length || ReadFully(file, tail, length - tail.Length) < tail.Length)
                return null;
            if (BundleTrailer.Read(tail, length, path) is not var (trailer, hash))
                return BundleHead.Find(file, length) is { } head
                    ? throw Damaged(path, head.FileLength > length ? $"it has {length} of its {head.FileLength} bytes, the rest was cut off" : "its last bytes are not its own")
                    : null;
            var index = new byte[trailer.IndexLength];
            if (ReadFully(file, index, trailer.IndexOffset) < index.Length || !XxHash128.Hash(index).AsSpan().SequenceEqual(hash))
                throw Damaged(path, "its index is not what its trailer says");
            return Check(JsonSerializer.Deserialize(index, CatalogJson.Default.BundleDocument), trailer, path);
        }
        catch (JsonException e)
        {
            throw Damaged(path, e.Message);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, "looking for models in the executable", path);
        }
    }

    private static BundleIndex Check(BundleDocument? document, BundleTrailer trailer, string path)
    {
        var models = new List<ResolvedModel>();
        foreach (var model in document?.Models ?? throw Damaged(path, "its index is empty"))
        {
            if (model is null || model.Format != ModelFormats.Gguf || SafeFileName.PathFault((model.Name ?? "").Replace(':', '-')) is not null || !Sha256Digest.TryParse(model.Sha256, out _))
                throw Damaged(path, "its index names a model that cannot be");
            if (model.Length <= 0 || model.Offset < trailer.HostLength || model.Offset % BundleFormat.Alignment != 0 || model.Offset > trailer.IndexOffset - model.Length)
                throw Damaged(path, $"{model.Name} lies outside it");
            models.Add(new ResolvedModel(model.Name!, path, model.Format, ModelPlace.Bundle, model.Length) { Offset = model.Offset, Length = model.Length, Sha256 = model.Sha256 });
        }
        return new BundleIndex(path, trailer.HostLength, models);
    }

    private static int ReadFully(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var done = 0;
        while (done < buffer.Length && RandomAccess.Read(file, buffer[done..], offset + done) is > 0 and var read)
            done += read;
        return done;
    }

    private static CatalogException Damaged(string path, string how) => CatalogException.Failed($"{path} is a damaged bundle: {how}; copy it again from where it came");
}
