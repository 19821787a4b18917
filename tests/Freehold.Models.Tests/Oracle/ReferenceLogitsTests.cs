using System.Text.Json;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Numerics;
using Freehold.Kernels.Products;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>SmolLM2 against exact (float64) logits.</summary>
public sealed class ReferenceLogitsTests
{
    [Theory]
    [InlineData(ActivationBits.Sixteen, KvType.F32, 0.00001)]
    [InlineData(ActivationBits.Eight, KvType.F32, 0.0022 * 1.3)]
    [InlineData(ActivationBits.Sixteen, KvType.Q8, 0.0007)]
    [InlineData(ActivationBits.Eight, KvType.Q8, 0.0035)]
    public void Logits_are_as_close_to_exact_as_activations_keys_and_values_allow(ActivationBits bits, KvType keysValues, double limit)
    {
        using var run = new ModelRun(DefaultModel, bits, keysValues: keysValues);
        double sum = 0;
        var positions = 0;
        foreach (var row in Rows())
        {
            var logits = run.Logits(Ids(row), 512);
            var at = 0;
            foreach (var top in row.GetProperty("top").EnumerateArray())
            {
                sum += ModelRun.Divergence(top.EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetDouble())), logits[at++]);
                positions++;
            }
        }
        Assert.True(positions > 400, "the reference has more than 400 positions");
        Assert.InRange(sum / positions, 0, limit);
    }

    [Fact]
    public void Greedy_continuations_are_the_exact_ones()
    {
        using var run = new ModelRun(DefaultModel, ActivationBits.Sixteen);
        foreach (var row in Rows())
        {
            var prompt = Ids(row);
            var expected = row.GetProperty("greedy").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var next = ModelRun.Largest(run.Logits(prompt, 512)[^1]);
            var given = new List<int>();
            for (var i = 0; i < expected.Length; i++)
            {
                given.Add(next);
                next = ModelRun.Largest(run.Next(next, prompt.Length + i));
            }
            Assert.Equal(expected, given);
        }
    }

    [Theory]
    [InlineData(ActivationBits.Sixteen, KvType.F32, 0.0001)]
    [InlineData(ActivationBits.Eight, KvType.F32, 0.01)]
    [InlineData(ActivationBits.Sixteen, KvType.Q8, 0.002)]
    [InlineData(ActivationBits.Eight, KvType.Q8, 0.01)]
    public void Perplexity_is_the_exact_one(ActivationBits bits, KvType keysValues, double tolerance)
    {
        using var reference = Document();
        var row = reference.RootElement.GetProperty("rows").EnumerateArray().Single(candidate => candidate.TryGetProperty("perplexity", out _));
        using var run = new ModelRun(DefaultModel, bits, keysValues: keysValues);
        var ids = row.TryGetProperty("ids", out _) ? Ids(row) : [.. run.Loaded.Tokenizer.Encode(row.GetProperty("text").GetString()!)];
        var window = row.TryGetProperty("window", out var given) ? given.GetInt32() : 512;
        double loss = 0;
        var scored = 0;
        for (var start = 0; start + window <= ids.Length; start += window)
        {
            var logits = run.Logits(ids[start..(start + window)], 512);
            for (var i = 0; i + 1 < window; i++, scored++)
                loss -= logits[i][ids[start + i + 1]] - (double)Functions.LogSumExp(logits[i]);
        }
        Assert.Equal(3066, scored);
        var exact = row.GetProperty("perplexity").GetDouble();
        Assert.InRange(Math.Exp(loss / scored) / exact, 1 - tolerance, 1 + tolerance);
    }

    private static string DefaultModel => Path.Combine(SharedData.Root, "models", "SmolLM2-135M-Instruct-Q4_1.gguf");

    private static JsonDocument Document() => JsonDocument.Parse(File.ReadAllText(SharedData.Require("data/logits/SmolLM2-135M-Instruct-Q4_1.json")));

    private static List<JsonElement> Rows()
    {
        using var document = Document();
        return [.. document.RootElement.GetProperty("rows").EnumerateArray().Where(row => row.TryGetProperty("top", out _)).Select(row => row.Clone())];
    }

    private static int[] Ids(JsonElement row) => [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
}
