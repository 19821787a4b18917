using Freehold.Catalog;
using Freehold.Commands.Catalogue;
using Freehold.Engine.Refusals;
using Freehold.Models.Files;
using Freehold.Models.Packing;
using Freehold.Models.Templates;

namespace Freehold.Commands;

/// <summary>The one place that turns what a room throws into an exit code. Everything not named here is a failure (1).</summary>
internal static class Failure
{
    public static int CodeOf(Exception failure) => failure switch
    {
        CommandException own => own.ExitCode,
        OperationCanceledException => ExitCode.Interrupted,
        FileNotFoundException or DirectoryNotFoundException => ExitCode.NotFound,
        CatalogException catalogue => CatalogueContext.ExitCodeOf(catalogue),
        TemplateRefusedException or ModelRefusedException or RequestRefusedException => ExitCode.Refused,
        PackingException or ModelFormatException { IsUnsupported: true } => ExitCode.Refused,
        PlatformNotSupportedException or NotSupportedException or UnauthorizedAccessException => ExitCode.Refused,
        _ => ExitCode.Failed,
    };
}
