using System.IO.Hashing;
using Freehold.Kernels.Products;
using Freehold.Models.Files;

namespace Freehold.Models.Packing;

/// <summary>
/// Which panels belong to which weights: XXH128 (SHA-256 would need OpenSSL on Linux) over the layout's version, the source files' lengths and times of change, and of every matrix its type,
/// shape and twelve kilobytes of content. Hashing all of a model would take longer than mapping its panels; who changes a file changes its time.
/// </summary>
internal static unsafe class PackKey
{
    private const int Sample = 4096;

    /// <summary>The key; null for a source that does not know when it changed.</summary>
    public static byte[]? Of(IModelSource source, IReadOnlyList<WeightMatrix> matrices, PackedLayout layout)
    {
        if (source.Stamp.Length == 0)
            return null;
        var hash = new XxHash128();
        hash.Append(System.Text.Encoding.UTF8.GetBytes($"{layout.Version}\n{source.Stamp}\n"));
        foreach (var matrix in matrices)
        {
            hash.Append(System.Text.Encoding.UTF8.GetBytes($"{(int)matrix.Type} {matrix.Rows} {matrix.Columns}\n"));
            foreach (var at in new[] { 0, (matrix.Bytes - Sample) / 2, matrix.Bytes - Sample })
            {
                var start = Math.Max(0, at);
                hash.Append(new ReadOnlySpan<byte>(matrix.Data + start, (int)Math.Min(Sample, matrix.Bytes - start)));
            }
        }
        return hash.GetCurrentHash();
    }
}
