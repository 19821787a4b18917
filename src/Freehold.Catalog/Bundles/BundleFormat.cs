namespace Freehold.Catalog.Bundles;

/// <summary>
/// What lies behind the executable in a bundle (docs/catalog.md):
/// <code>
/// executable | zeros to 64 KiB | head (64 bytes) | zeros to 64 KiB | model | zeros to 64 KiB | model | ... | index (JSON) | trailer (80 bytes)
/// head:    magic 16 | version u32 | 0 u32 | length of the file u64 | XXH128 of these 32 bytes 16 | 0 16
/// trailer: magic 16 | version u32 | 0 u32 | host length u64 | index offset u64 | index length u64 | XXH128 of the index 16 | 0 16     (little-endian)
/// </code>
/// 64 KiB is the granularity at which Windows maps files, and a multiple of every page size. The hashes find damage and vouch for nobody; SHA-256 would need
/// OpenSSL on Linux before anything runs.
/// </summary>
internal static class BundleFormat
{
    public const int Version = 1;
    public const int HeadBytes = 64;
    public const int TrailerBytes = 80;
    public const int HashBytes = 16;
    public const long Alignment = 64 << 10;
    public const int MaxIndexBytes = 16 << 20;

    public static ReadOnlySpan<byte> Magic => "FREEHOLD-BUNDLE\n"u8;

    public static ReadOnlySpan<byte> HeadMagic => "FREEHOLD-MODELS\n"u8;

    public static long Align(long offset) => (offset + Alignment - 1) / Alignment * Alignment;
}

/// <summary>The index of a bundle.</summary>
internal sealed record BundleDocument
{
    public int Version { get; init; } = BundleFormat.Version;

    public required IReadOnlyList<BundledModel> Models { get; init; }
}

/// <summary>A model in a bundle.</summary>
internal sealed record BundledModel
{
    public required string Name { get; init; }

    public required string Format { get; init; }

    public required long Offset { get; init; }

    public required long Length { get; init; }

    public required string Sha256 { get; init; }
}
