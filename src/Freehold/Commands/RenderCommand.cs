using Freehold.Engine.Chat;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Hosting;
using Freehold.Models.Templates;
using Freehold.Models.Tokenizers;

namespace Freehold.Commands;

/// <summary><c>freehold render TEMPLATE INPUT.json</c>: the prompt that a chat template makes of a conversation.</summary>
internal static class RenderCommand
{
    public static Command Create(ModelOpening opening, TimeProvider clock)
    {
        var template = new Argument<string>("TEMPLATE") { Description = "A file with a Jinja template, or a model (a path or a catalogue name)." };
        var input = new Argument<string>("INPUT") { Description = "A JSON file: messages, add_generation_prompt, tools, and if wanted bos_token, eos_token, now (- for standard input)." };
        var models = CommonOptions.Models();
        var json = CommonOptions.Json();
        var command = new Command("render", "Show the prompt that a chat template makes of a conversation.") { template, input, models, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var variables = Variables(await TextInput.ReadAsync(parsed.GetValue(input)!, cancellation));
            var (source, settings) = await TemplateAsync(opening, parsed.GetValue(template)!, parsed.GetValue(models), clock.GetLocalNow(), cancellation);
            var output = parsed.InvocationConfiguration.Output;
            try
            {
                var prompt = ChatTemplate.Parse(source).Render(variables, Adjust(settings, variables));
                if (parsed.GetValue(json))
                    await JsonDocumentOutput.WriteAsync(output, document => Write(document, "text", prompt.Text));
                else
                    await output.WriteAsync(prompt.Text);
                return ExitCode.Done;
            }
            catch (TemplateRefusedException refused) when (parsed.GetValue(json))
            {
                await JsonDocumentOutput.WriteAsync(output, document => Write(document, "refused", refused.Message));
                return ExitCode.Refused;
            }
        });
        return command;
    }

    private static async Task<(string Source, TemplateSettings Settings)> TemplateAsync(ModelOpening opening, string named, string[]? folders, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (File.Exists(named) && !await IsModelAsync(named, cancellationToken))
            return (await TextInput.ReadAsync(named, cancellationToken), new TemplateSettings { Now = now });
        using var source = ModelOpening.OpenFile(opening.Resolve(named, folders));
        var template = source.Metadata.GetString("tokenizer.chat_template", null)
            ?? throw CommandException.Refused($"{source.Origin} has no chat template");
        return (template, TemplateRendering.SettingsOf(TokenizerFactory.Create(source.Metadata), now));
    }

    private static async Task<bool> IsModelAsync(string path, CancellationToken cancellationToken)
    {
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            return true;
        var magic = new byte[4];
        await using var file = File.OpenRead(path);
        return await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken) == 4 && magic.AsSpan().SequenceEqual("GGUF"u8);
    }

    private static JsonObject Variables(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw CommandException.Usage("INPUT must be a JSON object");
        }
        catch (JsonException e)
        {
            throw CommandException.Usage($"INPUT is not JSON: {e.Message}");
        }
    }

    // bos_token, eos_token and now come from the person at the command line, who is the owner here: they are trusted.
    private static TemplateSettings Adjust(TemplateSettings settings, JsonObject variables)
    {
        if (variables.TryGetPropertyValue("now", out var now) && now is not null)
        {
            if (now is not JsonValue value || !value.TryGetValue<string>(out var text) || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                throw CommandException.Usage("'now' in INPUT must be a time such as 2026-11-22T09:30:00");
            settings = settings with { Now = time };
            variables.Remove("now");
        }
        return settings with { BosToken = Token(variables, "bos_token") ?? settings.BosToken, EosToken = Token(variables, "eos_token") ?? settings.EosToken };
    }

    private static string? Token(JsonObject variables, string name) =>
        variables[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static void Write(Utf8JsonWriter document, string name, string text)
    {
        document.WriteStartObject();
        document.WriteString(name, text);
        document.WriteEndObject();
    }
}
