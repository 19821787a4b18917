using System.Text.Json.Nodes;
using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.ModelMaker.Weights;

namespace Freehold.ModelMaker.Recipes;

/// <summary>A model to be made: its keys, its tensors, and how Hugging Face would describe it.</summary>
/// <param name="Architecture">GGUF's <c>general.architecture</c>.</param>
/// <param name="Keys">The architecture's own keys.</param>
/// <param name="Tensors">In file order.</param>
/// <param name="Config">The <c>config.json</c> of the same model; null where Hugging Face has no such model.</param>
/// <param name="Vocabulary">The tokenizer's keys, its size that of the embedding.</param>
public sealed record Recipe(
    string Architecture, IReadOnlyList<KeyValuePair<string, object>> Keys, IReadOnlyList<WeightSpec> Tensors, JsonObject? Config, TinyVocabulary Vocabulary)
{
    /// <summary>The model as a GGUF file in memory's reach: nothing is generated before it is written.</summary>
    public GgufWriter ToGguf(TensorType type, ulong seed)
    {
        var writer = new GgufWriter()
            .Add("general.architecture", Architecture)
            .Add("general.name", "tiny random model") // llama.cpp takes names like phi-3 as a hint about the vocabulary
            .Add("general.quantization_version", 2u)
            .AddAll(Keys)
            .AddAll(Vocabulary.Keys);
        foreach (var tensor in Tensors)
            writer.AddTensor(tensor.Name, tensor.TypeIn(type), tensor.Shape, tensor.BytesIn(type), stream => tensor.WriteTo(stream, type, seed));
        return writer;
    }
}
