using System.Text.Json;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;

namespace Freehold.Catalog.Bundles;

/// <summary>What a bundle holds.</summary>
/// <param name="Path">The executable.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Models">The models in it.</param>
public sealed record BundleResult(string Path, long Bytes, IReadOnlyList<ResolvedModel> Models);

/// <summary>Writes one executable that carries models: the published program, and the models behind it. Streams; nothing is held whole.</summary>
/// <param name="freeSpace">Asked before anything is written.</param>
public sealed class BundleWriter(IFreeSpace freeSpace)
{
    private const long WindowsLimit = 4L << 30;

    /// <summary>Writes the bundle in a temporary file beside <paramref name="output"/> and renames it when it is complete.</summary>
    /// <param name="executable">The published single-file program; of a bundle, the program in it is taken and its models are left.</param>
    /// <param name="output">The executable to write; replaced where it is there.</param>
    /// <param name="models">The models, each one GGUF file.</param>
    /// <param name="report">Told how it goes.</param>
    /// <param name="cancellation">Stops it; nothing is left then.</param>
    /// <exception cref="CatalogException">The program is not published as it must be, a model is of several files, or it does not fit.</exception>
    public async Task<BundleResult> WriteAsync(string executable, string output, IReadOnlyList<ResolvedModel> models, TransferReport report, CancellationToken cancellation)
    {
        try
        {
            output = Path.GetFullPath(output);
            if (Directory.Exists(output))
                throw CatalogException.Usage($"{output} is a folder; name the file to write");
            if (SingleFileHost.Fault(executable) is { } fault)
                throw CatalogException.Refused($"{executable} cannot carry models: {fault}. Publish it with scripts/publish.sh (dotnet publish -r linux-x64 --self-contained -p:PublishSingleFile=true) and run the result, or name it with --executable");
            var host = BundleReader.Open(executable)?.HostLength ?? new FileInfo(executable).Length;
            Check(executable, host, output, models);
            return await WriteCheckedAsync(executable, host, output, models, report, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Explain(e, "writing the bundle", output, freeSpace);
        }
    }

    private void Check(string executable, long host, string output, IReadOnlyList<ResolvedModel> models)
    {
        if (models.Count == 0)
            throw CatalogException.Usage("a bundle carries at least one model");
        foreach (var model in models)
        {
            if (model.Format != ModelFormats.Gguf || (model.Length is null && new FileInfo(model.Path).Length != model.Bytes))
                throw CatalogException.Refused($"{model.Name} is of several files and a bundle carries models of one; merge it first (llama.cpp's gguf-split --merge) or take its GGUF");
        }
        if (models.GroupBy(m => m.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw CatalogException.Usage($"{twice.Key} is named twice");
        var total = models.Aggregate(BundleFormat.Align(host) + BundleFormat.Alignment, (at, m) => BundleFormat.Align(at + m.Bytes)) + BundleFormat.TrailerBytes + BundleFormat.Alignment;
        if (SingleFileHost.IsWindows(executable) && total > WindowsLimit)
            throw CatalogException.Refused($"the bundle would have {ByteSize.Text(total)} and Windows starts no executable over 4 GiB; take a smaller model or quantisation, or carry the model beside the program (FREEHOLD_MODELS)");
        var folder = Path.GetDirectoryName(output)!;
        if (!Directory.Exists(folder))
            throw CatalogException.NotFound($"there is no folder {folder}");
        DiskFault.RequireRoom(freeSpace, folder, total, Path.GetFileName(output));
    }

    private static async Task<BundleResult> WriteCheckedAsync(
        string executable, long host, string output, IReadOnlyList<ResolvedModel> models, TransferReport report, CancellationToken cancellation)
    {
        var temporary = $"{output}.{Guid.NewGuid():N}.tmp";
        try
        {
            var bundled = new List<BundledModel>();
            var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            await using (target.ConfigureAwait(false))
            {
                report.Begin(Path.GetFileName(executable), host, 0, TransferPhase.Copying);
                await AppendAsync(executable, 0, host, target, report, cancellation).ConfigureAwait(false);
                var head = BundleFormat.Align(host);
                target.SetLength(head + BundleFormat.HeadBytes);
                foreach (var model in models)
                {
                    // What lies between is a hole that reads as zeros.
                    target.SetLength(BundleFormat.Align(target.Length));
                    target.Seek(0, SeekOrigin.End);
                    var offset = target.Position;
                    report.Begin(model.Name, model.Bytes, 0, TransferPhase.Copying);
                    var digest = await AppendAsync(model.Path, model.Offset, model.Bytes, target, report, cancellation).ConfigureAwait(false);
                    if (model.Sha256 is { } known && known != digest.Hex)
                        throw CatalogException.Failed($"{model.Name} is damaged: it has SHA-256 {digest.Hex} and should have {known}; pull or import it again");
                    bundled.Add(new BundledModel { Name = model.Name, Format = model.Format, Offset = offset, Length = model.Bytes, Sha256 = digest.Hex });
                }
                var index = JsonSerializer.SerializeToUtf8Bytes(new BundleDocument { Models = bundled }, CatalogJson.Default.BundleDocument);
                var trailer = new BundleTrailer(host, target.Position, index.Length);
                await target.WriteAsync(index, cancellation).ConfigureAwait(false);
                await target.WriteAsync(trailer.Write(index), cancellation).ConfigureAwait(false);
                var length = target.Position;
                target.Seek(head, SeekOrigin.Begin);
                await target.WriteAsync(new BundleHead(length).Write(), cancellation).ConfigureAwait(false);
                target.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(executable) | UnixFileMode.UserExecute | UnixFileMode.UserRead);
            File.Move(temporary, output, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        var written = BundleReader.Open(output) ?? throw CatalogException.Failed($"{output} was written and is no bundle when read back; the disk is not to be trusted");
        return new BundleResult(output, new FileInfo(output).Length, written.Models);
    }

    private static async Task<Sha256Digest> AppendAsync(string path, long offset, long length, FileStream target, TransferReport report, CancellationToken cancellation)
    {
        var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (source.ConfigureAwait(false))
        {
            source.Seek(offset, SeekOrigin.Begin);
            return await FileCopy.AppendAsync(source, target, length, report.Advance, cancellation).ConfigureAwait(false);
        }
    }
}
