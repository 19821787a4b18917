using System.Text;
using System.Text.Json.Nodes;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Tokenizers;

/// <summary>Two texts as one sequence, in the form the model was trained with.</summary>
public sealed class PairTests
{
    private const string Config = """{"sep_token":"</s>"}""";

    [Fact]
    public void BERT_has_one_separator_between_and_one_behind() => Check("bert-bge", addSeparator: null, [101, 7592, 102, 2088, 102], 3);

    // The second separator is there by default, as the family's tokenizers have it (llama.cpp's converter writes the key).
    [Theory]
    [InlineData(null)]
    [InlineData(true)]
    public void XLM_RoBERTa_has_two_between_and_one_behind(bool? addSeparator) => Check("xlm-roberta", addSeparator, [0, 35378, 2, 2, 8999, 2], 4);

    [Fact]
    public void The_key_takes_the_second_one_away() => Check("xlm-roberta", addSeparator: false, [0, 35378, 2, 8999, 2], 3);

    private static void Check(string name, bool? addSeparator, int[] ids, int secondFrom)
    {
        using var file = GgufFile.Open(SharedData.Require($"data/tokenizers/ggml-vocab-{name}.gguf"));
        var values = new Dictionary<string, object>(file.Metadata.Values);
        if (name == "xlm-roberta")
            values["tokenizer.ggml.add_bos_token"] = true;
        if (addSeparator is { } asked)
            values["tokenizer.ggml.add_sep_token"] = asked;
        var tokenizer = TokenizerFactory.Create(new ModelMetadata(values));
        var (first, second) = name == "bert-bge" ? ("hello", "world") : ("Hello", "world");
        var pair = tokenizer.Pair(tokenizer.Encode(first, addSpecial: false), tokenizer.Encode(second, addSpecial: false));
        Assert.Equal(ids, pair.Ids);
        Assert.Equal(secondFrom, pair.SecondFrom);
    }

    [Theory]
    [InlineData("""{"type":"BertProcessing","sep":["</s>",4],"cls":["<s>",3]}""", "3 0 4 | 1 4")]
    [InlineData("""{"type":"RobertaProcessing","sep":["</s>",4],"cls":["<s>",3]}""", "3 0 4 4 | 1 4")]
    [InlineData("<s> A </s> B </s>", "3 0 4 | 1 4")]
    [InlineData("<s> A </s> </s> B </s>", "3 0 4 4 | 1 4")]
    [InlineData("<s> A B </s>", null)]
    [InlineData("<s> A <s> B </s>", null)]
    [InlineData("<s> A </s> </s> </s> B </s>", null)]
    [InlineData("<s> B </s> A </s>", null)]
    [InlineData("", null)]
    public void A_tokenizer_json_says_how_a_pair_is_read_or_has_no_pairs(string processor, string? expected)
    {
        var json = HuggingFaceFile.Small();
        json["post_processor"] = processor.StartsWith('{') ? JsonNode.Parse(processor) : Template("<s> A </s>", processor);
        var keys = TokenizerJson.ToGgufKeys(new MemoryStream(Encoding.UTF8.GetBytes(json.ToJsonString())), new MemoryStream(Encoding.UTF8.GetBytes(Config)));
        var tokenizer = TokenizerFactory.Create(new ModelMetadata(keys));
        Assert.Equal(expected is not null, tokenizer.Special.Pairs);
        if (expected is null)
        {
            Assert.Throws<InvalidOperationException>(() => tokenizer.Pair([0], [1]));
            return;
        }
        var pair = tokenizer.Pair([0], [1]);
        Assert.Equal(expected, string.Join(' ', pair.Ids[..pair.SecondFrom]) + " | " + string.Join(' ', pair.Ids[pair.SecondFrom..]));
    }

    private static JsonObject Template(string single, string pair) => new() { ["type"] = "TemplateProcessing", ["single"] = Steps(single), ["pair"] = Steps(pair) };

    private static JsonArray Steps(string steps) => [.. steps.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(step =>
        new JsonObject { [step is "A" or "B" ? "Sequence" : "SpecialToken"] = new JsonObject { ["id"] = step, ["type_id"] = 0 } })];
}
