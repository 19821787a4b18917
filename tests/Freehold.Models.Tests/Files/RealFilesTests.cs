using Freehold.Kernels.Blocks;
using Freehold.Models.Files;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Files;

public sealed class RealFilesTests
{
    [Fact]
    public void The_embedded_model_opens_with_its_metadata_and_all_tensors()
    {
        using var file = GgufFile.Open(Path.Combine(SharedData.Root, "models", "SmolLM2-135M-Instruct-Q4_1.gguf"));

        Assert.Equal("llama", file.Metadata.Architecture);
        Assert.Equal(30, file.Metadata.GetInt32("llama.block_count"));
        Assert.Equal(8192, file.Metadata.GetInt32("llama.context_length"));
        Assert.Equal(3, file.Metadata.GetInt32("llama.attention.head_count_kv"));
        Assert.True(file.Metadata.TryGet<string[]>("tokenizer.ggml.tokens", out var tokens));
        Assert.Equal(49152, tokens.Length);
        Assert.Contains("<|im_start|>", file.Metadata.GetString("tokenizer.chat_template"), StringComparison.Ordinal);
        Assert.Equal(2 + (30 * 9), file.Tensors.Count);
        Assert.True(file.TryGetMatrix("blk.29.ffn_down.weight", out var down));
        Assert.Equal((TensorType.Q4_1, 576, 1536), (down.Type, down.Rows, down.Columns));
        Assert.True(file.TryGetMatrix("output_norm.weight", out var norm));
        Assert.Equal((TensorType.F32, 1, 576), (norm.Type, norm.Rows, norm.Columns));
        Assert.False(file.TryGetMatrix("blk.30.ffn_down.weight", out _));
    }

    [Fact]
    public unsafe void The_last_byte_of_every_tensor_can_be_read()
    {
        using var file = GgufFile.Open(Path.Combine(SharedData.Root, "models", "SmolLM2-135M-Instruct-Q4_1.gguf"));

        var sum = 0L;
        foreach (var info in file.Tensors)
        {
            Assert.True(file.TryGetMatrix(info.Name, out var matrix));
            Assert.Equal(info.Bytes, matrix.Bytes);
            sum += matrix.Data[0] + matrix.Data[matrix.Bytes - 1];
        }
        Assert.NotEqual(0, sum);
    }

    [Theory]
    [InlineData("models/all-MiniLM-L6-v2-q8_0.gguf", "bert", 101)]
    [InlineData("models/stories260K-f32.gguf", "llama", 48)]
    [InlineData("models/stories260K-q8_0.gguf", "llama", 48)]
    public void Shared_models_open(string path, string architecture, int tensors)
    {
        using var file = GgufFile.Open(SharedData.Require(path));

        Assert.Equal(architecture, file.Metadata.Architecture);
        Assert.Equal(tensors, file.Tensors.Count);
    }

    [Fact]
    public void Every_vocabulary_only_file_opens_without_tensors()
    {
        var folder = SharedData.Require("data/tokenizers");

        var files = Directory.GetFiles(folder, "*.gguf");
        Assert.NotEmpty(files);
        foreach (var path in files)
        {
            using var file = GgufFile.Open(path);
            Assert.True(file.Metadata.TryGet<string[]>("tokenizer.ggml.tokens", out var tokens));
            Assert.True(tokens.Length > 30_000);
            Assert.Empty(file.Tensors);
        }
    }
}
