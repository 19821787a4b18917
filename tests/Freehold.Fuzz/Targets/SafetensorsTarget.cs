using System.Text;
using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.ModelMaker.Recipes;
using Freehold.ModelMaker.Weights;
using Freehold.Models.Files;

namespace Freehold.Fuzz.Targets;

/// <summary>The weights' file of a Hugging Face folder.</summary>
public sealed class SafetensorsTarget : IFuzzTarget
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-fuzz-").FullName;

    /// <summary>Puts a valid <c>config.json</c> beside what is fuzzed.</summary>
    public SafetensorsTarget() => File.WriteAllText(Path.Combine(_folder, "config.json"), TinyModels.Get("llama").Config!.ToJsonString());

    /// <inheritdoc/>
    public string Name => "safetensors";

    /// <inheritdoc/>
    public IEnumerable<byte[]> Seeds =>
    [
        HfFolderWriter.Safetensors(
        [
            new("", [8], WeightKind.Norm, 1, "model.norm.weight"),
            new("", [8, 16], WeightKind.Matrix, 1, "model.layers.0.self_attn.q_proj.weight"),
            new("", [8, 8], WeightKind.Matrix, 1, "model.layers.0.mlp.up_proj.weight"),
        ], TensorType.BF16, 1),
    ];

    /// <inheritdoc/>
    public unsafe void Run(ReadOnlySpan<byte> input)
    {
        File.WriteAllBytes(Path.Combine(_folder, "model.safetensors"), input);
        using var model = SafetensorsFolder.Open(_folder);
        foreach (var info in model.Tensors)
        {
            if (!model.TryGetMatrix(info.Name, out var matrix) || matrix.Bytes != info.Bytes)
                throw new InvalidOperationException($"'{info.Name}' is listed and not found as described");
            _ = matrix.Data[0] + matrix.Data[matrix.Bytes - 1];
        }
    }

    /// <inheritdoc/>
    public bool IsRefusal(Exception exception) => exception is ModelFormatException;
}

/// <summary>The <c>config.json</c> of a Hugging Face folder.</summary>
public sealed class ConfigTarget : IFuzzTarget
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-fuzz-").FullName;

    /// <summary>Puts valid weights beside what is fuzzed.</summary>
    public ConfigTarget() => File.WriteAllBytes(
        Path.Combine(_folder, "model.safetensors"), HfFolderWriter.Safetensors([new("", [8], WeightKind.Norm, 1, "model.norm.weight")], TensorType.F32, 1));

    /// <inheritdoc/>
    public string Name => "config";

    /// <inheritdoc/>
    public IEnumerable<byte[]> Seeds
    {
        get
        {
            foreach (var name in TinyModels.Names)
            {
                if (TinyModels.Get(name).Config is not { } config)
                    continue;
                config["rope_scaling"] = new System.Text.Json.Nodes.JsonObject { ["rope_type"] = "llama3", ["factor"] = 32.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0 };
                yield return Encoding.UTF8.GetBytes(config.ToJsonString());
            }
        }
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        File.WriteAllBytes(Path.Combine(_folder, "config.json"), input);
        SafetensorsFolder.Open(_folder).Dispose();
    }

    /// <inheritdoc/>
    public bool IsRefusal(Exception exception) => exception is ModelFormatException;
}
