namespace Freehold.Models.Packing;

/// <summary>How far packing is.</summary>
/// <param name="Done">Bytes written.</param>
/// <param name="Total">Bytes of the whole file.</param>
public readonly record struct PackProgress(long Done, long Total);
