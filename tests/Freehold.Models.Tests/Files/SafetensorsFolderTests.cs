using System.Buffers.Binary;
using System.Text;
using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Files;
using Xunit;

namespace Freehold.Models.Tests.Files;

public sealed class SafetensorsFolderTests
{
    public static TheoryData<string> Recipes => new(TinyModels.Names.Where(name => TinyModels.Get(name).Config is not null));

    [Theory]
    [MemberData(nameof(Recipes))]
    public unsafe void A_folder_holds_the_same_tensors_and_keys_as_its_gguf(string name)
    {
        var recipe = TinyModels.Get(name);
        using var file = SmallGguf.Save(recipe.ToGguf(TensorType.F32, 7).ToBytes());
        var folder = Path.Combine(file.Folder, "hf");
        HfFolderWriter.Write(recipe, TensorType.F32, 7, folder, shards: 3);
        using var gguf = ModelFiles.Open(file.Path);
        using var hf = ModelFiles.Open(folder);

        Assert.Equal(gguf.Tensors.Select(tensor => tensor.Name).Order(), hf.Tensors.Select(tensor => tensor.Name).Order());
        foreach (var tensor in gguf.Tensors)
        {
            Assert.True(gguf.TryGetMatrix(tensor.Name, out var expected));
            Assert.True(hf.TryGetMatrix(tensor.Name, out var actual));
            Assert.Equal((expected.Type, expected.Rows, expected.Columns), (actual.Type, actual.Rows, actual.Columns));
            Assert.True(new ReadOnlySpan<byte>(expected.Data, (int)expected.Bytes).SequenceEqual(new ReadOnlySpan<byte>(actual.Data, (int)actual.Bytes)), tensor.Name);
        }
        foreach (var (key, value) in recipe.Keys.Where(pair => !pair.Key.EndsWith("pooling_type", StringComparison.Ordinal)))
            Assert.Equal(value, hf.Metadata.Values.GetValueOrDefault(key));
    }

    [Fact]
    public void Llama_3_rope_scaling_becomes_the_factors_of_the_converter()
    {
        using var file = new TemporaryFile();
        var recipe = TinyModels.Get("llama");
        recipe.Config!["rope_scaling"] = System.Text.Json.Nodes.JsonNode.Parse(
            """{"rope_type":"llama3","factor":32.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}""");
        recipe.Config["rope_theta"] = 500000.0;
        HfFolderWriter.Write(recipe, TensorType.F32, 1, file.Folder);
        using var model = SafetensorsFolder.Open(file.Folder);
        Assert.True(model.TryGetMatrix("rope_freqs.weight", out var factors));
        Assert.Equal(64, factors.Columns);
        unsafe
        {
            var values = new ReadOnlySpan<float>(factors.Data, 64);
            Assert.Equal(1f, values[0]);
            Assert.Equal(32f, values[63]);
            Assert.True(values[32] is > 1 and < 32, $"{values[32]}");
        }
    }

    [Theory]
    [InlineData("""{"t":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 8, "missing|truncated")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4],"data_offsets":[0,12]}}""", 16, "16 bytes")]
    [InlineData("""{"t":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}""", 16, "F64")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16, "begins at")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 16, "belong to none")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"t":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16, "JSON")]
    [InlineData("""{"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,16]}}""", 16, "dimension")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,16]}}""", 16, "too large")]
    [InlineData("""{"t":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}""", 0, "JSON")]
    [InlineData("""{"t":{"dtype":"F32"}}""", 0, "no description")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4],"data_offsets":["x",{}]}}""", 16, "16 bytes")]
    [InlineData("""{"odd.name":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 16, "not known")]
    public void Hostile_headers_are_refused(string header, int data, string says)
    {
        using var file = new TemporaryFile();
        HfFolderWriter.Write(TinyModels.Get("llama"), TensorType.F16, 1, file.Folder);
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        var path = Path.Combine(file.Folder, "model.safetensors");
        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<ModelFormatException>(() => ModelFiles.Open(path).Dispose());
        Assert.Contains(says.Split('|'), word => error.Message.Contains(word, StringComparison.Ordinal));
        BinaryPrimitives.WriteInt64LittleEndian(bytes, long.MinValue);
        File.WriteAllBytes(path, bytes);
        Assert.Throws<ModelFormatException>(() => SafetensorsFolder.Open(file.Folder).Dispose());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"architectures":["MambaForCausalLM"]}""")]
    [InlineData("""{"architectures":["LlamaForCausalLM"],"num_hidden_layers":-1}""")]
    [InlineData("""{"architectures":["LlamaForCausalLM"],"num_hidden_layers":"many"}""")]
    public void Configs_that_make_no_sense_are_refused(string config)
    {
        using var file = new TemporaryFile();
        HfFolderWriter.Write(TinyModels.Get("llama"), TensorType.F16, 1, file.Folder);
        File.WriteAllText(Path.Combine(file.Folder, "config.json"), config);
        Assert.Throws<ModelFormatException>(() => SafetensorsFolder.Open(file.Folder).Dispose());
    }

    [Fact]
    public void An_index_cannot_name_files_outside_its_folder()
    {
        using var file = new TemporaryFile();
        HfFolderWriter.Write(TinyModels.Get("llama"), TensorType.F16, 1, file.Folder);
        File.WriteAllText(Path.Combine(file.Folder, "model.safetensors.index.json"), """{"weight_map":{"a":"../secret"}}""");
        Assert.Contains("secret", Assert.Throws<ModelFormatException>(() => SafetensorsFolder.Open(file.Folder).Dispose()).Message, StringComparison.Ordinal);
    }
}
