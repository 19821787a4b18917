using System.CommandLine;
using Freehold.Catalog;
using Freehold.Catalog.Bundles;

namespace Freehold.Commands.Catalogue;

/// <summary><c>freehold bundle OUT MODEL...</c>: one executable that carries its models.</summary>
internal static class BundleCommand
{
    public static Command Create(CatalogueContext context)
    {
        var target = new Argument<string>("OUT") { Description = "The executable to write." };
        var names = new Argument<string[]>("MODEL") { Description = "Paths or catalogue names.", Arity = ArgumentArity.OneOrMore };
        var executable = new Option<string?>("--executable") { Description = "A published single-file freehold to take instead of this one, for another system.", HelpName = "FILE" };
        var models = CommonOptions.Models();
        var json = CommonOptions.Json();
        var command = new Command("bundle", "Write one executable that carries its models, for a machine without .NET and without a network.") { target, names, executable, models, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var program = parsed.GetValue(executable) ?? context.Executable ?? throw new CatalogException(CatalogFailure.Refused, "the running executable is not known here; name one with --executable");
            if (!File.Exists(program))
                throw new CatalogException(CatalogFailure.NotFound, $"there is no executable {program}");
            var resolver = context.Resolver(parsed.GetValue(models));
            var chosen = parsed.GetValue(names)!.Select(resolver.Resolve).ToList();
            BundleResult result;
            using (var console = new TransferConsole(parsed.InvocationConfiguration.Error, context.DrawsProgress, context.Time))
                result = await new BundleWriter(context.FreeSpace).WriteAsync(program, parsed.GetValue(target)!, chosen, console, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await JsonDocumentOutput.WriteAsync(output, document =>
                {
                    document.WriteStartObject();
                    document.WriteString("path", result.Path);
                    document.WriteNumber("size", result.Bytes);
                    document.WriteStartArray("models");
                    foreach (var model in result.Models)
                    {
                        document.WriteStartObject();
                        document.WriteString("name", model.Name);
                        document.WriteNumber("offset", model.Offset);
                        document.WriteNumber("size", model.Bytes);
                        document.WriteString("sha256", model.Sha256);
                        document.WriteEndObject();
                    }
                    document.WriteEndArray();
                    document.WriteEndObject();
                });
            }
            else
            {
                await output.WriteLineAsync($"{result.Path}: {ByteSize.Text(result.Bytes)} with {string.Join(", ", result.Models.Select(m => m.Name))}");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
