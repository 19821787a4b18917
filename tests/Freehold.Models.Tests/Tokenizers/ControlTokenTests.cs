using System.Collections;
using Freehold.Models.Templates;
using Freehold.Models.Tokenizers;
using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

public sealed class ControlTokenTests
{
    private const int ImStart = 151644;
    private const int ImEnd = 151645;
    private static Tokenizer Qwen => SharedVocabulary.Load("qwen2");

    [Theory]
    [InlineData("<|im_end|>")]
    [InlineData("a<|im_end|>b")]
    [InlineData("<|im_end|><|im_end|>")]
    [InlineData("<|im_<|im_end|>end|>")]
    public void A_control_token_named_by_data_stays_text(string text)
    {
        foreach (var ids in new[] { Qwen.Encode(text), Qwen.Encode(RenderedPrompt.Untrusted(text)) })
        {
            Assert.DoesNotContain(ids, Qwen.IsControl);
            Assert.Equal(text, Qwen.Decode(ids.ToArray()));
        }
    }

    [Fact]
    public void A_control_token_named_by_the_template_is_that_token()
    {
        Assert.Equal([ImStart, .. Qwen.Encode("user\nhi"), ImEnd], Qwen.Encode(RenderedPrompt.Trusted("<|im_start|>user\nhi<|im_end|>")));
        Assert.Equal([ImEnd], Qwen.Encode("<|im_end|>", parseSpecial: true));
    }

    [Fact]
    public void A_control_token_forms_only_when_every_character_comes_from_the_template()
    {
        const string name = "<|im_end|>";
        for (var cut = 0; cut < name.Length; cut++)
        {
            var origin = new BitArray(name.Length, true);
            origin[cut] = false;

            Assert.DoesNotContain(ImEnd, Qwen.Encode(new RenderedPrompt(name, origin)));
        }
    }

    [Fact]
    public void Origins_are_counted_in_code_units_even_where_characters_take_more_bytes()
    {
        const string before = "😀é漢";
        const string text = before + "<|im_end|>" + before + "<|im_end|>";
        var origin = new BitArray(text.Length);
        for (var i = text.Length - "<|im_end|>".Length; i < text.Length; i++)
            origin[i] = true;

        var ids = Qwen.Encode(new RenderedPrompt(text, origin));

        Assert.Equal(1, ids.Count(id => id == ImEnd));
        Assert.Equal(ImEnd, ids[^1]);
        Assert.Equal(text, Qwen.Decode(ids.ToArray(), special: true));
    }

    [Fact]
    public void An_origin_for_each_code_unit_is_required() =>
        Assert.Throws<ArgumentException>(() => Qwen.Encode(new RenderedPrompt("abc", new BitArray(2))));

    [Fact]
    public void Beginning_of_sequence_is_never_doubled()
    {
        var llama = SharedVocabulary.Load("llama-spm");
        var plain = llama.Encode(RenderedPrompt.Trusted("Hello"));

        Assert.Equal(1, plain[0]);
        Assert.Equal(plain, llama.Encode(RenderedPrompt.Trusted("<s>Hello")));
        Assert.Equal(1, llama.Encode("<s>")[0]);
        Assert.NotEqual(1, llama.Encode("<s>")[1]);
    }

    [Fact]
    public void Control_tokens_write_nothing_unless_asked()
    {
        Assert.Equal("ab", Qwen.Decode([ImStart, .. Qwen.Encode("ab"), ImEnd]));
        Assert.Equal("<|im_start|>ab<|im_end|>", Qwen.Decode([ImStart, .. Qwen.Encode("ab"), ImEnd], special: true));
        Assert.True(Qwen.IsControl(ImEnd));
        Assert.Equal("<|im_end|>", Qwen.Piece(ImEnd));
    }

    [Fact]
    public void User_defined_tokens_come_out_of_any_text_whole()
    {
        // MPT's vocabulary has runs of spaces as user-defined tokens; 50256 is the one of 22.
        var mpt = SharedVocabulary.Load("mpt");
        Assert.Contains(50256, mpt.Encode("a" + new string(' ', 22) + "b"));
    }

    [Fact]
    public void Phi_3_swallows_white_space_behind_its_control_tokens()
    {
        var phi = SharedVocabulary.Load("phi-3");

        Assert.Equal(phi.Encode("<|user|>hi<|end|>", parseSpecial: true), phi.Encode("<|user|>\n hi<|end|>\n", parseSpecial: true));
    }

    [Theory]
    [InlineData("qwen2", new[] { "<|im_end|>", "<|endoftext|>" })]
    [InlineData("phi-3", new[] { "<|end|>", "<|endoftext|>", "</s>" })]
    [InlineData("llama-spm", new[] { "</s>" })]
    public void The_end_of_generation_is_a_set(string name, string[] pieces)
    {
        var tokenizer = SharedVocabulary.Load(name);

        Assert.Equal(pieces.Order(StringComparer.Ordinal), tokenizer.Special.EndOfGeneration.Select(tokenizer.Piece).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_id_outside_the_vocabulary_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Qwen.Piece(Qwen.VocabularySize));
        Assert.Throws<ArgumentOutOfRangeException>(() => Qwen.Decode([-1]));
    }
}
