using Freehold.Catalog.Resolution;
using Freehold.Commands;
using Freehold.Hosting.Configuration;
using Freehold.Kernels.Products.Lossy;

namespace Freehold.Hosting;

/// <summary>How weights lie in memory, as the owner chose it (docs/packing.md, docs/lossy-packing.md).</summary>
/// <param name="Keeps">Whether packs are kept: without, a model runs from its own file, with the same answers, slower.</param>
/// <param name="Lossy">How values are rounded; null leaves them as they are.</param>
internal readonly record struct PackChoice(bool Keeps, LossyKind? Lossy)
{
    private const char Mark = '+';

    /// <summary>The file's own values, packed.</summary>
    public static PackChoice Lossless { get; } = new(true, null);

    /// <summary>What the command line, the environment or the configuration says.</summary>
    /// <exception cref="CommandException">It is none of the choices (2).</exception>
    public static PackChoice Of(FoundSetting found) => found.Single()?.ToLowerInvariant() switch
    {
        "lossless" or null => Lossless,
        "off" => new(false, null),
        "w8" => new(true, LossyKind.W8),
        "w4" => new(true, LossyKind.W4),
        var other => throw CommandException.Usage($"{found.Whose} is '{other}'; it must be lossless, off, w8 or w4"),
    };

    /// <summary>What a kind is called.</summary>
    public static string NameOf(LossyKind kind) => kind == LossyKind.W8 ? "w8" : "w4";

    /// <summary>The kind of a model that was found under a name; null for the file's own values.</summary>
    public static LossyKind? KindOf(ResolvedModel model) => model.Pack switch
    {
        "w8" => LossyKind.W8,
        "w4" => LossyKind.W4,
        _ => null,
    };

    /// <summary>The model under its own name when it is packed with loss: <c>NAME+w8</c>.</summary>
    public ResolvedModel Named(ResolvedModel model) =>
        Lossy is { } kind && model.Pack is null ? model with { Name = $"{model.Name}{Mark}{NameOf(kind)}", Pack = NameOf(kind) } : model;

    /// <summary>Takes a name apart: <c>NAME+w8</c> asks for its packing itself, whatever else is chosen.</summary>
    public (string Name, PackChoice Choice) Read(string name)
    {
        foreach (var kind in Enum.GetValues<LossyKind>())
            if (name.EndsWith($"{Mark}{NameOf(kind)}", StringComparison.OrdinalIgnoreCase) && name.Length > 3 && !Path.Exists(name))
                return (name[..^3], this with { Lossy = kind });
        return (name, this);
    }
}
