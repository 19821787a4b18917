using System.CommandLine;

namespace Freehold.Commands.Catalogue;

/// <summary>The commands around models as files: pull, list, show, rm, import, bundle. They throw <see cref="Freehold.Catalog.CatalogException"/>; <see cref="CatalogueContext.ExitCodeOf"/> gives its exit code.</summary>
internal static class CatalogueCommands
{
    /// <summary>All of them, by name.</summary>
    public static (string Name, Func<Command> Create)[] All(CatalogueContext context) =>
    [
        ("pull", () => PullCommand.Create(context)),
        ("list", () => ListCommand.Create(context)),
        ("show", () => ShowCommand.Create(context)),
        ("rm", () => RemoveCommand.Create(context)),
        ("import", () => ImportCommand.Create(context)),
        ("bundle", () => BundleCommand.Create(context)),
    ];

    internal static Option<string?> As() => new("--as") { Description = "The name it gets in the catalogue: owner/repo:tag, or a short one.", HelpName = "NAME" };
}
