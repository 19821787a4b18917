using Freehold.Kernels.Attention;

namespace Freehold.Lifecycle;

/// <summary>Bytes that keys and values of one position take in all layers, by how they are stored.</summary>
internal readonly record struct PositionBytes(long F32, long Q8)
{
    /// <summary>Stored so.</summary>
    public long As(KvType type) => type == KvType.Q8 ? Q8 : F32;
}
