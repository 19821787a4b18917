using System.Text.Json.Nodes;
using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Files;
using Freehold.Models.Tests.Files;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>A random-weight cross-encoder against llama.cpp and against plain loops.</summary>
public sealed class RankingTests
{
    private static readonly int[] _lengths = [1, 20, 61, 130, 300];

    [Theory]
    // llama.cpp looks GELU up in a table of half precision.
    [InlineData(TensorType.F32, 0.002)]
    // llama.cpp has int8 activations, which is all of this distance.
    [InlineData(TensorType.Q8_0, 0.05)]
    public void Scores_are_llama_cpps_where_tokens_have_one_type(TensorType type, double most)
    {
        using var file = new TemporaryFile(TinyModels.Get("bert-rank").ToGguf(type, seed: 1).ToBytes());
        using var run = new EncoderRun(file.Path);
        var theirs = LlamaCpp.Run("rank.mjs", [file.Path, Join(Words(7)), .. _lengths.Select(length => Join(Words(length)))]).GetProperty("pairs");
        Assert.Equal(_lengths.Length, theirs.GetArrayLength());
        foreach (var pair in theirs.EnumerateArray())
        {
            // llama.cpp gives every token the first type, so the pair is one text here.
            int[] ids = [.. pair.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            var score = pair.GetProperty("score").GetDouble();
            Assert.InRange(run.Score(ids, ids.Length) - Math.Log(score / (1 - score)), -most, most);
        }
    }

    [Fact]
    public void Scores_are_those_of_plain_loops_with_the_second_text_of_its_own_type()
    {
        using var file = new TemporaryFile(TinyModels.Get("bert-rank").ToGguf(TensorType.F32, seed: 1).ToBytes());
        using var run = new EncoderRun(file.Path);
        using var source = ModelFiles.Open(file.Path);
        var plain = new PlainBert(source);
        foreach (var length in _lengths[..3])
        {
            var pair = run.Tokenizer.Pair(Words(7), Words(length));
            Assert.Equal([2, .. Words(7), 3, .. Words(length), 3], pair.Ids);
            Assert.Equal(9, pair.SecondFrom);
            var score = run.Score(pair.Ids, pair.SecondFrom);
            Assert.InRange(score - plain.Score(pair.Ids, pair.SecondFrom), -0.00005, 0.00005);
            Assert.True(Math.Abs(score - run.Score(pair.Ids, pair.Ids.Length)) > 0.001, "the second type changes nothing: the test reaches nothing");
        }
    }

    [Fact]
    public void A_head_without_a_dense_layer_ranks_too()
    {
        var recipe = TinyModels.Get("bert-rank");
        recipe = recipe with { Tensors = [.. recipe.Tensors.Where(tensor => !tensor.Name.StartsWith("cls.", StringComparison.Ordinal) || tensor.Name.StartsWith("cls.output", StringComparison.Ordinal))] };
        using var file = new TemporaryFile(recipe.ToGguf(TensorType.F32, seed: 1).ToBytes());
        using var run = new EncoderRun(file.Path);
        var pair = LlamaCpp.Run("rank.mjs", file.Path, Join(Words(7)), Join(Words(20))).GetProperty("pairs")[0];
        int[] ids = [.. pair.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        var score = pair.GetProperty("score").GetDouble();
        Assert.InRange(run.Score(ids, ids.Length) - Math.Log(score / (1 - score)), -0.002, 0.002);
    }

    [Fact]
    public void A_file_with_a_head_ranks_where_its_keys_do_not_say_how_it_pools()
    {
        var recipe = TinyModels.Get("bert-rank");
        recipe = recipe with { Keys = [.. recipe.Keys.Where(pair => pair.Key != "bert.pooling_type")] };
        using var file = new TemporaryFile(recipe.ToGguf(TensorType.F32, seed: 1).ToBytes());
        using var run = new EncoderRun(file.Path);
        Assert.True(float.IsFinite(run.Score([2, 7, 3, 8, 3], 3)));
    }

    [Fact]
    public void XLM_RoBERTas_positions_begin_behind_the_padding()
    {
        const int skipped = 2;
        var recipe = TinyModels.Get("bert-rank");
        using var file = new TemporaryFile([]);
        var folder = Path.Combine(file.Folder, "xlm");
        string Renamed(string name) => name.Replace("bert.pooler.", "classifier.", StringComparison.Ordinal).Replace("classifier.weight", "classifier.out_proj.weight", StringComparison.Ordinal)
            .Replace("classifier.bias", "classifier.out_proj.bias", StringComparison.Ordinal).Replace("bert.", "roberta.", StringComparison.Ordinal);
        var config = (JsonObject)recipe.Config!.DeepClone();
        config["architectures"] = new JsonArray("XLMRobertaForSequenceClassification");
        config["pad_token_id"] = skipped - 1;
        HfFolderWriter.Write(recipe with { Config = config, Tensors = [.. recipe.Tensors.Select(tensor => tensor with { HfName = Renamed(tensor.HfName!) })] }, TensorType.F32, seed: 1, folder);
        var bytes = recipe.ToGguf(TensorType.F32, seed: 1).ToBytes();
        Shift(bytes, recipe.Tensors.Single(tensor => tensor.Name == "position_embd.weight").ToBytes(TensorType.F32, seed: 1), skipped * 256 * sizeof(float));
        File.WriteAllBytes(file.Path, bytes);
        using var hf = new EncoderRun(folder);
        using var gguf = new EncoderRun(file.Path);
        int[] ids = [2, .. Words(300), 3];
        Assert.Equal(gguf.Score(ids, 100), hf.Score(ids, 100));
        Assert.Equal(512 - skipped, hf.MaxTokens);
    }

    [Fact]
    public void A_folder_without_its_pooler_is_refused()
    {
        var recipe = TinyModels.Get("bert-rank");
        using var file = new TemporaryFile([]);
        var folder = Path.Combine(file.Folder, "hf");
        HfFolderWriter.Write(recipe with { Tensors = [.. recipe.Tensors.Where(tensor => tensor.Name is not ("cls.weight" or "cls.bias"))] }, TensorType.F32, seed: 1, folder);
        Assert.Contains("pooler.dense", Assert.Throws<ModelFormatException>(() => new EncoderRun(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_of_several_labels_is_refused()
    {
        var recipe = TinyModels.Get("bert-rank");
        recipe = recipe with
        {
            Tensors = [.. recipe.Tensors.Select(tensor => tensor.Name switch { "cls.output.weight" => tensor with { Shape = [256, 3] }, "cls.output.bias" => tensor with { Shape = [3] }, _ => tensor })],
        };
        Assert.Contains("classifies into 3 labels", Refusal(recipe), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cls.output.weight", "no tensor 'cls.output.weight'")]
    [InlineData("cls.weight", "'cls.bias'")]
    public void A_head_with_a_part_missing_is_refused(string name, string words)
    {
        var recipe = TinyModels.Get("bert-rank");
        recipe = recipe with { Tensors = [.. recipe.Tensors.Where(tensor => tensor.Name != name)] };
        Assert.Contains(words.Trim('\''), Refusal(recipe), StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_beside_another_pooling_is_refused()
    {
        var recipe = TinyModels.Get("bert-rank");
        recipe = recipe with { Keys = [.. recipe.Keys.Select(pair => pair.Key == "bert.pooling_type" ? new(pair.Key, 1u) : pair)] };
        Assert.Contains("cls.bias", Refusal(recipe), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_architecture_that_ranks_is_refused_by_its_name()
    {
        var recipe = TinyModels.Get("nomic-bert");
        recipe = recipe with { Keys = [.. recipe.Keys.Select(pair => pair.Key == "nomic-bert.pooling_type" ? new(pair.Key, 4u) : pair)] };
        Assert.Contains("nomic-bert", Refusal(recipe), StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_that_says_nothing_of_pairs_is_refused()
    {
        var recipe = TinyModels.Get("bert-rank");
        recipe = recipe with { Keys = [.. recipe.Keys, new("tokenizer.ggml.add_eos_token", false)] };
        Assert.Contains("add_sep_token", Refusal(recipe), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(513, 3)]
    [InlineData(5, 6)]
    [InlineData(5, -1)]
    public void A_pair_outside_its_bounds_is_refused(int length, int secondFrom)
    {
        using var file = new TemporaryFile(TinyModels.Get("bert-rank").ToGguf(TensorType.F32, seed: 1).ToBytes());
        using var run = new EncoderRun(file.Path);
        Assert.Throws<ArgumentException>(() => run.Score(Words(length), secondFrom));
        Assert.Throws<ArgumentException>(() => run.Score([2, 1_000_000, 3], 1));
    }

    private static string Refusal(Recipe recipe)
    {
        using var file = new TemporaryFile(recipe.ToGguf(TensorType.F32, seed: 1).ToBytes());
        return Assert.Throws<ModelFormatException>(() => new EncoderRun(file.Path)).Message;
    }

    // The rows of a table in a file move up by so many bytes.
    private static void Shift(byte[] file, byte[] table, int by)
    {
        var at = file.AsSpan().IndexOf(table);
        Assert.True(at > 0);
        table.AsSpan(by).CopyTo(file.AsSpan(at));
    }

    private static int[] Words(int length) => [.. Enumerable.Range(0, length).Select(i => 5 + (((i * 37) + length) % 80))];

    private static string Join(int[] ids) => string.Join(',', ids);
}
