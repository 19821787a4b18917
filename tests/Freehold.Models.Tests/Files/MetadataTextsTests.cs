using System.Text;
using Freehold.ModelMaker.Formats;
using Freehold.Models.Files;
using Xunit;

namespace Freehold.Models.Tests.Files;

/// <summary>Arrays of strings are kept as UTF-8; who asks for strings gets them.</summary>
public sealed class MetadataTextsTests
{
    private static readonly string[] s_texts = ["one", "", "drei Käse", "四", "🐦", .. Enumerable.Range(0, 5000).Select(i => $"token {i}")];

    [Fact]
    public void A_files_texts_are_the_same_as_bytes_and_as_strings()
    {
        using var file = new TemporaryFile(new GgufWriter().Add("general.architecture", "llama").Add("a", s_texts).ToBytes());
        using var model = GgufFile.Open(file.Path);
        var texts = model.Metadata.FindTexts("a")!;
        Assert.Equal(s_texts, Enumerable.Range(0, texts.Count).Select(i => Encoding.UTF8.GetString(texts[i])));
        Assert.Equal(s_texts, (string[])model.Metadata.Values["a"]);
        Assert.True(model.Metadata.TryGet<string[]>("a", out var strings));
        Assert.Equal(s_texts, strings);
        Assert.Equal(s_texts, Assert.Single(model.Metadata.Values, pair => pair.Key == "a").Value);
        Assert.Contains(model.Metadata.Values.Values, value => value is string[]);
    }

    [Fact]
    public void Strings_of_metadata_that_was_no_file_are_read_as_bytes_too()
    {
        var metadata = new ModelMetadata(new Dictionary<string, object> { ["a"] = s_texts, ["b"] = 1 });
        var texts = metadata.FindTexts("a")!;
        Assert.Equal(s_texts, texts.Strings);
        Assert.Null(metadata.FindTexts("b"));
        Assert.Null(metadata.FindTexts("c"));
    }
}
