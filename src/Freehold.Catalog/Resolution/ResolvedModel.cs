namespace Freehold.Catalog.Resolution;

/// <summary>Where a model was found.</summary>
public enum ModelPlace
{
    /// <summary>At a path that was named.</summary>
    Path,

    /// <summary>In the store.</summary>
    Catalogue,

    /// <summary>In a folder of <c>FREEHOLD_MODELS</c> or <c>--models</c>.</summary>
    Folder,

    /// <summary>In the <c>models</c> folder that comes with the program.</summary>
    Embedded,

    /// <summary>Inside the running executable.</summary>
    Bundle,
}

/// <summary>A model that can be opened.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Path">The file (of a split, the first part), the safetensors folder, or the executable that holds it.</param>
/// <param name="Format"><see cref="Store.ModelFormats"/>.</param>
/// <param name="Place">Where it was found.</param>
/// <param name="Bytes">Bytes of all its files.</param>
public sealed record ResolvedModel(string Name, string Path, string Format, ModelPlace Place, long Bytes)
{
    /// <summary>Where it begins in <see cref="Path"/>: 0 but in a bundle.</summary>
    public long Offset { get; init; }

    /// <summary>Its length in <see cref="Path"/> where it lies in a bundle, else null: the whole file.</summary>
    public long? Length { get; init; }

    /// <summary>Its SHA-256 where that is known without reading it (one file, in the store or a bundle).</summary>
    public string? Sha256 { get; init; }

    /// <summary>How its weights are rounded when it is loaded (w8, w4), which its name then says too; null for the file's own values.</summary>
    public string? Pack { get; init; }

    /// <summary>Its manifest where it is in the store.</summary>
    public Store.Manifest? Manifest { get; init; }
}
