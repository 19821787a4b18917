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

    internal static Option<bool> Json() => new("--json") { Description = "Write one JSON document to standard output; everything else goes to standard error." };

    internal static Option<string[]> Models() => new("--models") { Description = "A folder of model files to use as they are; may be given more than once (also FREEHOLD_MODELS).", Arity = ArgumentArity.OneOrMore };

    internal static Option<string?> As() => new("--as") { Description = "The name it gets in the catalogue: owner/repo:tag, or a short one.", HelpName = "NAME" };
}
