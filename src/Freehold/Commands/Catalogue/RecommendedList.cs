using System.Globalization;
using System.Text.Json;
using Freehold.Catalog;
using Freehold.Recommending;

namespace Freehold.Commands.Catalogue;

/// <summary>What <c>freehold pull</c> without a name shows: models that are known to run here, and what each needs. No network.</summary>
internal static class RecommendedList
{
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<RecommendedModel> models, long memory)
    {
        foreach (var model in models)
        {
            await output.WriteLineAsync($"freehold pull {model.Pull}");
            await output.WriteLineAsync(
                $"    {model.By}; {model.Licence}; {ModelSummary.Count(model.Parameters)} parameters, about {ByteSize.Text(model.Size)}; context {model.Context.ToString("N0", CultureInfo.InvariantCulture)}; tools: {(model.Tools ? "yes" : "no")}");
            await output.WriteLineAsync($"    languages: {model.Languages}");
            await output.WriteLineAsync(
                $"    memory: about {ByteSize.Text(model.Memory)} with {RecommendedModel.CountedTokens.ToString("N0", CultureInfo.InvariantCulture)} tokens of conversation; {(Fits(model, memory) ? "fits here" : $"does not fit here ({ByteSize.Text(memory)})")}");
        }
        await output.WriteLineAsync($"This process may use {ByteSize.Text(memory)} of memory. Every card: https://huggingface.co/OWNER/REPO; any other GGUF of these architectures runs too.");
    }

    public static Task WriteJsonAsync(TextWriter output, IReadOnlyList<RecommendedModel> models, long memory) => JsonDocumentOutput.WriteAsync(output, document =>
    {
        document.WriteStartObject();
        document.WriteNumber("memory_here", memory);
        document.WriteStartArray("models");
        foreach (var model in models)
            Write(document, model, memory);
        document.WriteEndArray();
        document.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter document, RecommendedModel model, long memory)
    {
        document.WriteStartObject();
        document.WriteString("pull", model.Pull);
        document.WriteString("by", model.By);
        document.WriteString("architecture", model.Architecture);
        document.WriteString("licence", model.Licence);
        document.WriteNumber("parameters", model.Parameters);
        document.WriteNumber("size", model.Size);
        document.WriteNumber("context", model.Context);
        document.WriteString("languages", model.Languages);
        document.WriteBoolean("tools", model.Tools);
        document.WriteNumber("memory", model.Memory);
        document.WriteBoolean("fits", Fits(model, memory));
        document.WriteString("source", model.Source);
        document.WriteEndObject();
    }

    private static bool Fits(RecommendedModel model, long memory) => model.Memory <= memory;
}
