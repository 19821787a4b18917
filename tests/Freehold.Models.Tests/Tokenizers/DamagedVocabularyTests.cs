using Freehold.Models.Files;
using Freehold.Models.Tokenizers;
using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

public sealed class DamagedVocabularyTests
{
    private static Dictionary<string, object> BytePair() => new()
    {
        ["tokenizer.ggml.model"] = "gpt2",
        ["tokenizer.ggml.pre"] = "gpt-2",
        ["tokenizer.ggml.tokens"] = new[] { "a", "b", "ab", "<end>" },
        ["tokenizer.ggml.token_type"] = new[] { 1, 1, 1, 3 },
        ["tokenizer.ggml.merges"] = new[] { "a b" },
        ["tokenizer.ggml.eos_token_id"] = 3u,
    };

    private static Dictionary<string, object> Scored(string model) => new()
    {
        ["tokenizer.ggml.model"] = model,
        ["tokenizer.ggml.tokens"] = new[] { "<unk>", "<s>", "</s>", "▁", "a", "▁a" },
        ["tokenizer.ggml.scores"] = new[] { 0f, 0f, 0f, -1f, -2f, -3f },
        ["tokenizer.ggml.token_type"] = new[] { 2, 3, 3, 1, 1, 1 },
        ["tokenizer.ggml.unknown_token_id"] = 0u,
        ["tokenizer.ggml.eos_token_id"] = 2u,
    };

    [Fact]
    public void The_small_vocabularies_of_these_tests_are_sound()
    {
        Assert.Equal([2, 1], Create(BytePair()).Encode("abb"));
        Assert.Equal([1, 5], Create(Scored("llama")).Encode("a"));
        Assert.Equal([4, 2], Create(Scored("t5")).Encode("a"));
    }

    public static readonly TheoryData<string, object?, string> Damage = new()
    {
        { "tokenizer.ggml.model", "rwkv", "rwkv" },
        { "tokenizer.ggml.model", null, "tokenizer.ggml.model" },
        { "tokenizer.ggml.pre", "made-up", "made-up" },
        { "tokenizer.ggml.tokens", null, "tokenizer.ggml.tokens" },
        { "tokenizer.ggml.tokens", Array.Empty<string>(), "token" },
        { "tokenizer.ggml.tokens", new[] { 1, 2 }, "tokenizer.ggml.tokens" },
        { "tokenizer.ggml.tokens", new[] { "a", "b", "ab", "a" }, "twice" },
        { "tokenizer.ggml.token_type", new[] { 1, 1, 1 }, "token_type" },
        { "tokenizer.ggml.token_type", new[] { 1, 1, 1, 9 }, "type 9" },
        { "tokenizer.ggml.token_type", "x", "token_type" },
        { "tokenizer.ggml.scores", new[] { 1f }, "scores" },
        { "tokenizer.ggml.scores", new[] { 1f, 1f, 1f, float.NaN }, "finite" },
        { "tokenizer.ggml.merges", null, "merges" },
        { "tokenizer.ggml.merges", new[] { "a c" }, "'c'" },
        { "tokenizer.ggml.merges", new[] { "b a" }, "'ba'" },
        { "tokenizer.ggml.merges", new[] { "ab" }, "space" },
        { "tokenizer.ggml.merges", new[] { "" }, "space" },
        { "tokenizer.ggml.eos_token_id", 4u, "eos_token_id" },
        { "tokenizer.ggml.bos_token_id", -7, "bos_token_id" },
        { "tokenizer.ggml.bos_token_id", ulong.MaxValue, "bos_token_id" },
        { "tokenizer.ggml.bos_token_id", "1", "bos_token_id" },
        { "tokenizer.ggml.add_bos_token", true, "bos_token_id" },
    };

    [Theory]
    [MemberData(nameof(Damage))]
    public void Damage_is_refused_by_name(string key, object? value, string named)
    {
        var keys = BytePair();
        keys.Remove(key);
        if (value is not null)
            keys.Add(key, value);

        Assert.Contains(named, Assert.Throws<ModelFormatException>(() => Create(keys)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("t5")]
    public void Scores_are_required_where_they_decide(string model)
    {
        var keys = Scored(model);
        keys.Remove("tokenizer.ggml.scores");

        Assert.Contains("scores", Assert.Throws<ModelFormatException>(() => Create(keys)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 8, 0, 0, 0, 1, 2, 3, 4 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 1, 2, 3, 4 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 2, 3, 4, 65 })]
    public void A_damaged_character_map_is_refused(byte[] map)
    {
        var keys = Scored("t5");
        keys["tokenizer.ggml.precompiled_charsmap"] = map;

        Assert.Throws<ModelFormatException>(() => Create(keys));
    }

    [Fact]
    public void A_character_map_that_points_outside_itself_is_refused_when_met()
    {
        var keys = Scored("t5");
        keys["tokenizer.ggml.precompiled_charsmap"] = new byte[] { 4, 0, 0, 0, 0, 0, 255, 127, 65, 0 };

        Assert.Throws<ModelFormatException>(() => Create(keys).Encode("a"));
    }

    [Fact]
    public void A_file_without_a_pre_tokenizer_is_cut_the_default_way()
    {
        var keys = BytePair();
        keys.Remove("tokenizer.ggml.pre");

        Assert.Equal([2], Create(keys).Encode("ab"));
    }

    [Fact]
    public void A_piece_that_merges_would_make_is_never_a_control_token()
    {
        var keys = BytePair();
        keys["tokenizer.ggml.token_type"] = new[] { 1, 1, 3, 3 };

        Assert.Equal([0, 1], Create(keys).Encode("ab"));
        Assert.Equal([2], Create(keys).Encode("ab", parseSpecial: true));
    }

    private static Tokenizer Create(Dictionary<string, object> keys) => TokenizerFactory.Create(new ModelMetadata(keys));
}
