using Freehold.ModelMaker.Weights;

namespace Freehold.ModelMaker.Recipes;

/// <summary>A model of a real one's shape for measuring speed, which does not depend on the values. The default shape is Llama-3.2-1B's.</summary>
public static class SpeedModel
{
    /// <summary>Llama-3.2-1B: 16 layers, 2,048 wide, 32 heads and 8 key-value heads of 64, feed-forward 8,192, tied embedding of 128,256.</summary>
    public static Recipe Llama1B(TinyVocabulary vocabulary)
    {
        var shape = new DecoderShape("llama", Layers: 16, Width: 2048, Hidden: 8192, Heads: 32, KvHeads: 8, HeadLength: 64, Context: 131072, RopeBase: 500_000);
        var recipe = new DecoderRecipe(shape, vocabulary, tied: true, HfLayout.HeadHalves);
        recipe.Key("llama.rope.dimension_count", 64u);
        recipe.Key("llama.vocab_size", (uint)vocabulary.Tokens.Count);
        recipe.Embedding();
        recipe.Layers(recipe.LlamaLayer);
        return recipe.Finish(hasHf: false);
    }
}
