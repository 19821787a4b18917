using System.CommandLine;

namespace Freehold.Commands.Catalogue;

/// <summary>The commands around models as files: pull, list, show, rm, import, bundle. They throw <see cref="Freehold.Catalog.CatalogException"/>; <see cref="CatalogueContext.ExitCodeOf"/> gives its exit code.</summary>
internal static class CatalogueCommands
{
    /// <summary>All of them.</summary>
    public static IEnumerable<Command> Create(CatalogueContext context) =>
    [
        PullCommand.Create(context),
        ListCommand.Create(context),
        ShowCommand.Create(context),
        RemoveCommand.Create(context),
        ImportCommand.Create(context),
        BundleCommand.Create(context),
    ];

    internal static Option<string?> As() => new("--as") { Description = "The name it gets in the catalogue: owner/repo:tag, or a short one.", HelpName = "NAME" };
}
