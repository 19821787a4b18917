using System.Text.Json;
using Freehold.Kernels;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>all-MiniLM-L6-v2 against vectors of its F32 weights in float64.</summary>
public sealed class ReferenceEmbeddingsTests
{
    [Fact]
    public void Vectors_point_where_the_exact_ones_point()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Require("data/embeddings/all-MiniLM-L6-v2.json")));
        using var compute = new Compute();
        using var model = ModelLoader.Load(ModelFiles.Open(SharedData.Require("models/all-MiniLM-L6-v2-q8_0.gguf")), compute);
        double sum = 0, worst = 1;
        var texts = 0;
        foreach (var row in document.RootElement.GetProperty("rows").EnumerateArray())
        {
            int[] ids = [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            var exact = row.EnumerateObject().First(property => property.Name is "vector" or "embedding").Value.EnumerateArray().Select(v => v.GetDouble()).ToArray();
            var vector = new float[model.Shape.EmbeddingLength];
            model.Embedding!.Embed(ids, vector);
            var cosine = exact.Zip(vector, (a, b) => a * b).Sum() / Math.Sqrt(exact.Sum(a => a * a)) / Math.Sqrt(vector.Sum(b => (double)b * b));
            (sum, worst, texts) = (sum + cosine, Math.Min(worst, cosine), texts + 1);
        }
        Assert.Equal(32, texts);
        Assert.InRange(worst, 0.998, 1.0000001);
        Assert.InRange(sum / texts, 0.9995, 1.0000001);
    }
}
