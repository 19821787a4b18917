using Freehold.Catalog.Resolution;
using Freehold.Catalog.Store;
using Freehold.Hosting;
using Freehold.Kernels.Attention;

namespace Freehold.Tests.Hosting;

public sealed class AnswerNotesTests
{
    [Theory]
    [InlineData(null, KvType.F32, null)]
    [InlineData(16, KvType.F32, null)]
    [InlineData(8, KvType.F32, "activations-8")]
    [InlineData(null, KvType.Q8, "kv-q8")]
    [InlineData(8, KvType.Q8, "activations-8+kv-q8")]
    public void Answers_name_all_that_changes_their_bits(int? activations, KvType keysValues, string? note)
    {
        var file = SharedData.Require("models/stories260K-q8_0.gguf");
        using var open = ModelOpening.Load(
            new ResolvedModel("stories", file, ModelFormats.Gguf, ModelPlace.Path, new FileInfo(file).Length), new ModelSettings(1, activations) { KeysValues = keysValues });
        Assert.Equal(note, open.Note);
    }

    [Fact]
    public void An_encoder_keeps_no_keys_and_values_so_none_are_named()
    {
        var file = SharedData.Require("models/all-MiniLM-L6-v2-q8_0.gguf");
        using var open = ModelOpening.Load(
            new ResolvedModel("encoder", file, ModelFormats.Gguf, ModelPlace.Path, new FileInfo(file).Length), new ModelSettings(1, null) { KeysValues = KvType.Q8 });
        Assert.Null(open.Note);
    }
}
