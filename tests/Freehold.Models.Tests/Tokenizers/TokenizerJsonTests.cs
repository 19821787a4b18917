using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers;
using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

public sealed class TokenizerJsonTests
{
    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData("gpt-2", "gpt-2")]
    [InlineData("qwen2", "qwen2")]
    [InlineData("tekken", "tekken")]
    [InlineData("starcoder", "smollm")]
    [InlineData("falcon", "falcon")]
    public void Byte_level_files_give_the_published_ids(string name, string pre)
    {
        var json = HuggingFaceFile.ByteLevel(SharedVocabulary.Keys(name), name);
        var keys = Read(json);

        Assert.Equal(pre, keys["tokenizer.ggml.pre"]);
        AssertPublished(keys, name);
    }

    [Theory]
    [InlineData("bert-bge")]
    [InlineData("xlm-roberta")]
    [InlineData("llama-spm")]
    public void Other_files_give_the_published_ids(string name)
    {
        var vocabulary = SharedVocabulary.Keys(name);
        AssertPublished(Read(name switch
        {
            "bert-bge" => HuggingFaceFile.WordPiece(vocabulary),
            "xlm-roberta" => HuggingFaceFile.Unigram(vocabulary),
            _ => HuggingFaceFile.ByteFallback(vocabulary),
        }), name);
    }

    [Fact]
    public void The_configuration_and_the_post_processor_say_what_is_special()
    {
        var json = HuggingFaceFile.Small();
        json["post_processor"] = JsonNode.Parse(
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]}""");
        var keys = Read(json, """{"bos_token":"<s>","eos_token":{"content":"</s>"},"chat_template":[{"name":"default","template":"T"}]}""");

        var special = TokenizerFactory.Create(new ModelMetadata(keys)).Special;

        Assert.Equal((3, 4, true, false), (special.Bos, special.Eos, special.AddBos, special.AddEos));
        Assert.Equal("T", keys["tokenizer.chat_template"]);
        Assert.Contains(4, special.EndOfGeneration);
    }

    [Fact]
    public void Added_tokens_keep_their_kind_and_their_appetite_for_white_space()
    {
        var json = HuggingFaceFile.Small();
        json["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id":5,"content":"<think>","special":false,"lstrip":true,"rstrip":true}"""));
        var tokenizer = TokenizerFactory.Create(new ModelMetadata(Read(json)));

        Assert.Equal([0, 5, 1], tokenizer.Encode("a  <think> \n b"));
        Assert.False(tokenizer.IsControl(5));
        Assert.True(tokenizer.IsControl(3));
    }

    [Theory]
    [InlineData("gpt-2", false, "ByteLevel")]
    [InlineData("llama-bpe", true, Llama3)]
    [InlineData("smaug-bpe", false, Llama3)]
    public void Ways_of_cutting_are_recognised(string pre, bool ignoreMerges, string pattern)
    {
        var json = HuggingFaceFile.Small();
        json["model"]!["ignore_merges"] = ignoreMerges;
        if (pattern != "ByteLevel")
            json["pre_tokenizer"] = HuggingFaceFile.Split(pattern);

        Assert.Equal(pre, Read(json)["tokenizer.ggml.pre"]);
    }

    [Theory]
    [InlineData("""{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"x+"},"behavior":"Isolated"},{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}}""", "x+")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"String":" "},"behavior":"Isolated"}}""", "byte_fallback")]
    [InlineData("""{"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true}}""", "add_prefix_space")]
    [InlineData("""{"normalizer":{"type":"Lowercase"}}""", "Lowercase")]
    [InlineData("""{"post_processor":{"type":"Odd"}}""", "Odd")]
    [InlineData("""{"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<none>"}},{"Sequence":{}}]}}""", "<none>")]
    [InlineData("""{"post_processor":{"type":"TemplateProcessing"}}""", "single")]
    [InlineData("""{"model":null}""", "model")]
    [InlineData("""{"model":{"type":"Odd","vocab":{}}}""", "Odd")]
    [InlineData("""{"model":{"type":"BPE","merges":[]}}""", "vocab")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":2000000000},"merges":[]}}""", "2000000000")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "-1")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":1.5},"merges":[]}}""", "whole number")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}}""", "id 0")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}""", "merge")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}}""", "merge")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[[1,2]]}}""", "kind")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}""", "")]
    [InlineData("""{"model":{"type":"BPE","vocab":7,"merges":[]}}""", "vocabulary")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a"]]},"pre_tokenizer":null}""", "pair")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a","b"]]},"pre_tokenizer":null,"added_tokens":[]}""", "score")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",1]],"unk_id":9},"pre_tokenizer":null,"added_tokens":[]}""", "unk_id")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}}}""", "BERT")]
    [InlineData("""{"added_tokens":[{"id":0,"content":"other"}]}""", "id 0")]
    [InlineData("""{"added_tokens":[{"content":"x"}]}""", "no id")]
    [InlineData("""{"added_tokens":[{"id":1}]}""", "content")]
    public void What_is_not_known_is_refused_by_name(string change, string named)
    {
        var json = HuggingFaceFile.Small();
        foreach (var (key, value) in JsonNode.Parse(change)!.AsObject())
            json[key] = value?.DeepClone();

        // Written by hand: a serialiser would not let a lone surrogate through.
        var text = change.Contains("ud800", StringComparison.Ordinal) ? $$"""{"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},{{change[1..]}}""" : json.ToJsonString();
        Assert.Contains(named, Assert.Throws<ModelFormatException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\":1}")]
    public void What_is_no_such_file_is_refused(string text) => Assert.Throws<ModelFormatException>(() => Read(text));

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Throws<ModelFormatException>(() => Read("{\"normalizer\":" + string.Concat(Enumerable.Repeat("{\"normalizers\":[", 50_000))));

    [Fact]
    public void Any_damage_gives_a_tokenizer_or_a_clear_error()
    {
        var sound = Encoding.UTF8.GetBytes(HuggingFaceFile.Small().ToJsonString());
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte, Gen.Int[0, 3]).Sample((at, value, cut) =>
        {
            var damaged = sound.ToArray();
            damaged[at] = value;
            try
            {
                var keys = TokenizerJson.ToGgufKeys(new MemoryStream(cut == 0 ? damaged[..at] : damaged));
                TokenizerFactory.Create(new ModelMetadata(keys)).Encode("ab <s> ab");
            }
            catch (ModelFormatException refused)
            {
                Assert.NotEmpty(refused.Message);
            }
        }, iter: 3000);
    }

    private static void AssertPublished(IReadOnlyDictionary<string, object> keys, string name)
    {
        var tokenizer = TokenizerFactory.Create(new ModelMetadata(keys));
        foreach (var (text, ids) in SharedVocabulary.Cases(name))
            Assert.Equal(ids, tokenizer.Encode(text, addSpecial: false));
    }

    private static IReadOnlyDictionary<string, object> Read(JsonNode json, string? config = null) => Read(json.ToJsonString(), config);

    private static IReadOnlyDictionary<string, object> Read(string json, string? config = null) => TokenizerJson.ToGgufKeys(
        new MemoryStream(Encoding.UTF8.GetBytes(json)), config is null ? null : new MemoryStream(Encoding.UTF8.GetBytes(config)));
}
