using System.CommandLine;
using Freehold.Catalog;
using Freehold.Catalog.Downloads;
using Freehold.Catalog.Names;
using Freehold.Catalog.Network;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Sources;
using Freehold.Catalog.Store;
using Freehold.Recommending;

namespace Freehold.Commands.Catalogue;

/// <summary><c>freehold pull NAME</c>: the one command that may touch the network.</summary>
internal static class PullCommand
{
    public static Command Create(CatalogueContext context)
    {
        var from = new Argument<string?>("NAME")
        {
            Description = "hf:owner/repo[@revision][:file or quantisation], a URL, a path, or a name in your site's mirror (FREEHOLD_MIRROR). Without it: recommended models, and what each needs here.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var named = CatalogueCommands.As();
        var sha256 = new Option<string?>("--sha256") { Description = "What the file must hash to.", HelpName = "HEX" };
        var connections = new Option<int>("--connections") { Description = "Connections at once.", DefaultValueFactory = _ => new TransferLimits().Connections };
        connections.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count is < 1 or > 16)
                result.AddError($"--connections is {result.Tokens[0].Value}; it must be from 1 to 16.");
        });
        var json = CommonOptions.Json();
        var command = new Command("pull", "Bring a model into the catalogue: verified, resumed after any interruption.") { from, named, sha256, connections, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(from) is null && (result.GetValue(named) ?? result.GetValue(sha256)) is not null)
                result.AddError("Name the model to pull.");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(from) is not { } wanted)
            {
                // What this process may use: a container's limit counts, not the machine's.
                var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
                await (parsed.GetValue(json) ? RecommendedList.WriteJsonAsync(parsed.InvocationConfiguration.Output, RecommendedModel.All(), memory)
                    : RecommendedList.WriteAsync(parsed.InvocationConfiguration.Output, RecommendedModel.All(), memory));
                return ExitCode.Done;
            }
            var settings = context.Settings();
            var store = context.Store(settings);
            Sha256Digest? digest = null;
            if (parsed.GetValue(sha256) is { } text)
                digest = Sha256Digest.TryParse(text, out var read) ? read : throw new CatalogException(CatalogFailure.Usage, $"--sha256 is '{SafeText(text)}'; 64 hexadecimal digits were expected");
            var puller = new Puller(
                store, settings, new NetworkAccess(settings.OfflineReason, settings.Network, context.Transport), new TransferLimits { Connections = parsed.GetValue(connections) }, context.Time);
            PullResult result;
            using (var console = new TransferConsole(parsed.InvocationConfiguration.Error, context.DrawsProgress, context.Time))
            {
                var request = new PullRequest(wanted, parsed.GetValue(named) is { } name ? ModelName.Parse(name) : null, digest);
                result = await puller.PullAsync(request, console, cancellation);
            }
            var manifest = await StoredModel.DescribeAsync(store, result.Manifest, parsed.InvocationConfiguration.Error, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    StoredModel.WriteFields(document, manifest);
                    if (result.Why is not null)
                        document.WriteString("why", result.Why);
                    document.WriteBoolean("was_present", result.WasPresent);
                    document.WriteEndObject();
                });
            }
            else
            {
                await output.WriteLineAsync($"{manifest.Name} is {(result.WasPresent ? "here already" : "here")}: {ByteSize.Text(manifest.Size)}, SHA-256 verified. Try: freehold run {manifest.Name}");
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static string SafeText(string text) => text.Length > 80 ? text[..80] + "…" : text;
}
