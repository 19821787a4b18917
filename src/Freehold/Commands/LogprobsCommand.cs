using System.CommandLine;
using System.Globalization;
using Freehold.Hosting;
using Freehold.Models.Inference;
using Freehold.Scoring;

namespace Freehold.Commands;

/// <summary><c>freehold logprobs MODEL</c>: for each position of a sequence the likeliest next tokens.</summary>
internal static class LogprobsCommand
{
    public static Command Create(ModelOpening opening)
    {
        var model = TextInput.Model();
        var ids = new Option<string?>("--ids") { Description = "The sequence as token ids: 1,2,3. Nothing is added.", HelpName = "IDS" };
        var file = TextInput.FileOption("Tokenize the whole of this file (- for standard input).");
        var special = TextInput.Special();
        var noBos = TextInput.NoBos();
        var top = CommonOptions.Bounded("--top", "How many tokens for each position; 10 unless given.", 1, 1000);
        var json = CommonOptions.Json();
        var command = new Command("logprobs", "Show the likeliest next tokens at each position, with their natural log-probabilities.") { model, ids, file, special, noBos, top };
        var settings = new ModelSettingsOptions(command, streams: false);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var given = parsed.GetValue(ids) is { } list ? Ids(list) : null;
            var text = given is null || parsed.GetValue(file) is not null
                ? await TextInput.OneOfAsync(parsed.GetValue(ids), parsed.GetValue(file), "--ids", cancellation) : null;
            var chosen = settings.Read(parsed, opening);
            using var open = ModelOpening.Load(opening.Resolve(parsed.GetValue(model)!, settings.Folders(parsed), chosen.Pack), chosen);
            var tokens = given ?? [.. open.Loaded.Tokenizer.Encode(text!, parsed.GetValue(special), addSpecial: !parsed.GetValue(noBos))];
            var results = Score(Generating(open), tokens, parsed.GetValue(top) ?? 10, cancellation);
            await WriteAsync(parsed.InvocationConfiguration.Output, open, tokens, results, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The generating model.</summary>
    /// <exception cref="CommandException">It is an encoder (4).</exception>
    public static CausalModel Generating(OpenModel open) =>
        open.Loaded.Causal ?? throw CommandException.Refused($"{open.Name} is an encoder: it {(open.Loaded.Ranking is null ? "gives embeddings" : "ranks documents")} and predicts no tokens");

    private static List<(int Id, double Logprob)[]> Score(CausalModel model, int[] tokens, int top, CancellationToken cancellationToken)
    {
        if (tokens.Length == 0)
            throw CommandException.Usage("the sequence is empty; at least one token is needed");
        if (tokens.Length > model.Shape.ContextLength)
            throw CommandException.Refused($"{tokens.Length} tokens were given; the model was trained for {model.Shape.ContextLength}");
        foreach (var id in tokens)
            if (id < 0 || id >= model.Shape.VocabularySize)
                throw CommandException.Refused($"token id {id} is outside the model's vocabulary of {model.Shape.VocabularySize}");
        var results = new List<(int, double)[]>(tokens.Length);
        using var scorer = new CausalScorer(model, tokens.Length);
        scorer.Run(tokens, (_, logits) => results.Add(LogSoftmax.Top(logits, top)), cancellationToken);
        return results;
    }

    private static int[] Ids(string list)
    {
        var parts = list.Split(',', StringSplitOptions.TrimEntries);
        var ids = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ids[i]))
                throw CommandException.Usage($"--ids has '{parts[i]}', which is no token id; write them as 1,2,3");
        return ids;
    }

    private static async Task WriteAsync(TextWriter output, OpenModel open, int[] tokens, List<(int Id, double Logprob)[]> results, bool json)
    {
        if (!json)
        {
            for (var position = 0; position < tokens.Length; position++)
                await output.WriteLineAsync($"{position}\t{tokens[position]}\t{string.Join("  ", results[position].Select(entry =>
                    string.Create(CultureInfo.InvariantCulture, $"{entry.Id} {open.Loaded.Tokenizer.Piece(entry.Id).ReplaceLineEndings("\\n")} {entry.Logprob:0.0000}")))}");
            return;
        }
        await JsonDocumentOutput.WriteAsync(output, document =>
        {
            document.WriteStartObject();
            document.WriteStartArray("ids");
            foreach (var id in tokens)
                document.WriteNumberValue(id);
            document.WriteEndArray();
            document.WriteStartArray("top");
            foreach (var entries in results)
            {
                document.WriteStartArray();
                foreach (var (id, logprob) in entries)
                {
                    document.WriteStartArray();
                    document.WriteNumberValue(id);
                    document.WriteNumberValue(double.IsFinite(logprob) ? logprob : -9999);
                    document.WriteEndArray();
                }
                document.WriteEndArray();
            }
            document.WriteEndArray();
            document.WriteEndObject();
        });
    }
}
