using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;
using Freehold.Engine;
using Freehold.Gateway.Hosting;
using Freehold.Hosting;
using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Recipes;
using Microsoft.AspNetCore.Builder;

namespace Freehold.Tests.Hosting;

/// <summary>The real gateway and real models, asked as clients that rerank ask.</summary>
public sealed class RerankingTests : IDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("freehold-rerank-");

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task ServeAsync(string file, int threads, Func<HttpClient, string, Task> use)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        using var served = new ServedModels();
        served.Add(ModelOpening.Load(new ResolvedModel(name, file, ModelFormats.Gguf, ModelPlace.Path, new FileInfo(file).Length), new ModelSettings(threads, null)), new EngineOptions());
        await using var app = GatewayHost.Create(new GatewayOptions { Ports = [0] }, served.Directory);
        await app.StartAsync(Cancel);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        await use(http, name);
    }

    private static async Task<List<(int Index, double Score)>> RankAsync(HttpClient http, string model, string query, IEnumerable<string> documents)
    {
        var body = new JsonObject { ["model"] = model, ["query"] = query, ["documents"] = new JsonArray([.. documents.Select(document => JsonValue.Create(document))]) };
        using var response = await http.PostAsJsonAsync("/v2/rerank", body, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return [.. JsonNode.Parse(text)!["results"]!.AsArray().Select(result => ((int)result!["index"]!, (double)result["relevance_score"]!))];
    }

    [Fact]
    public Task A_relevant_abstract_wins_among_others_by_a_model_of_embeddings() => ServeAsync(SharedData.Require("models/all-MiniLM-L6-v2-q8_0.gguf"), 2, async (http, model) =>
    {
        var collection = SharedData.Require("data/retrieval/vaswani");
        var abstracts = Texts(Path.Combine(collection, "doc-text.trec"), "<DOCNO>", "</DOCNO>", "</DOC>");
        var queries = Texts(Path.Combine(collection, "query-text.trec"), "<num>", "</num><title>", "</title>");
        var relevant = File.ReadLines(Path.Combine(collection, "qrels")).Select(line => line.Split(' ')).GroupBy(parts => int.Parse(parts[0])).ToDictionary(group => group.Key, group => group.Select(parts => int.Parse(parts[2])).ToHashSet());
        var won = 0;
        for (var query = 1; query <= 10; query++)
        {
            // Some relevant abstracts behind others that are spread over the collection, which is all of one field.
            int[] numbers = [.. Enumerable.Range(1, 20).Select(i => i * 471 % abstracts.Count + 1).Where(number => !relevant[query].Contains(number)), .. relevant[query].Order().Take(6)];
            var results = await RankAsync(http, model, queries[query], numbers.Select(number => abstracts[number]));
            Assert.Equal(numbers.Length, results.Count);
            Assert.Equal(results.OrderByDescending(result => result.Score), results);
            won += relevant[query].Contains(numbers[results[0].Index]) ? 1 : 0;
        }
        // Chance would give two or three.
        Assert.True(won >= 8, $"a relevant abstract won for {won} of 10 queries");
    });

    [Fact]
    public async Task A_cross_encoder_gives_a_document_the_same_score_alone_and_among_others_on_any_number_of_threads()
    {
        var file = CrossEncoder();
        string[] documents = [.. Enumerable.Range(0, 12).Select(i => string.Join(' ', Enumerable.Repeat("hello world of the ", i * 7 + 1)) + (char)('a' + i))];
        var known = new double?[documents.Length];
        foreach (var threads in new[] { 1, 2 })
        {
            await ServeAsync(file, threads, async (http, model) =>
            {
                var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RankAsync(http, model, "the world", documents)));
                foreach (var (index, score) in together.SelectMany(results => results))
                    Assert.Equal(known[index] ??= score, score);
                for (var i = 0; i < documents.Length; i++)
                    Assert.Equal(known[i], (await RankAsync(http, model, "the world", [documents[i]]))[0].Score);
            });
        }
        Assert.Equal(documents.Length, known.Distinct().Count());
    }

    [Fact]
    public async Task A_cross_encoder_is_shown_and_listed_as_one_and_refuses_other_work()
    {
        var file = CrossEncoder();
        Assert.Equal("ranks", (string)(await Executable.RunAsync("show", file, "--json")).Json["kind"]!);
        Assert.Contains("ranks documents (a cross-encoder)", (await Executable.RunAsync("show", file)).Output, StringComparison.Ordinal);
        var listed = (await Executable.RunAsync("list", "--models", _folder.FullName, "--json")).Json["models"]!.AsArray();
        Assert.Equal("ranks", (string)listed.Single(model => (string)model!["source"]! == file)!["kind"]!);
        Assert.Contains("generates", (await Executable.RunAsync("list")).Output, StringComparison.Ordinal);
        foreach (var arguments in new[] { new[] { "embed", file, "x" }, ["run", file, "--prompt", "x"] })
        {
            var run = await Executable.RunAsync(arguments);
            Assert.Equal(4, run.ExitCode);
            Assert.Contains("ranks documents", run.Error, StringComparison.Ordinal);
        }
    }

    private string CrossEncoder()
    {
        var file = Path.Combine(_folder.FullName, "tiny-reranker.gguf");
        File.WriteAllBytes(file, TinyModels.Get("bert-rank").ToGguf(TensorType.Q8_0, seed: 1).ToBytes());
        return file;
    }

    // TREC's form: a number and a text between marks.
    private static Dictionary<int, string> Texts(string path, string before, string between, string behind) =>
        File.ReadAllText(path).Split(before)[1..].ToDictionary(part => int.Parse(part[..part.IndexOf(between, StringComparison.Ordinal)]),
            part => part[(part.IndexOf(between, StringComparison.Ordinal) + between.Length)..part.IndexOf(behind, StringComparison.Ordinal)].Trim());
}
