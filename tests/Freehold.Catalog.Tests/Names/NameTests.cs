using CsCheck;
using Freehold.Catalog.Names;

namespace Freehold.Catalog.Tests.Names;

public sealed class NameTests
{
    [Theory]
    [InlineData("owner/repo:Q4_K_M", "owner", "repo", "Q4_K_M")]
    [InlineData("owner/repo", "owner", "repo", null)]
    [InlineData("short", null, "short", null)]
    [InlineData("Qwen2.5-0.5B:latest", null, "Qwen2.5-0.5B", "latest")]
    public void A_name_is_read(string text, string? owner, string repository, string? tag)
    {
        var name = ModelName.Parse(text);
        Assert.Equal((owner, repository, tag), (name.Owner, name.Repository, name.Tag));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../etc")]
    [InlineData("a/../b")]
    [InlineData("/abs")]
    [InlineData("a/b/c")]
    [InlineData("a\\b")]
    [InlineData("C:\\x")]
    [InlineData("con")]
    [InlineData("owner/NUL")]
    [InlineData("owner/com1.gguf")]
    [InlineData("owner/repo:aux")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData(".hidden")]
    [InlineData("_/x")]
    [InlineData("-rf")]
    [InlineData("a..b")]
    [InlineData("dot.")]
    [InlineData("a:")]
    [InlineData(":a")]
    [InlineData("a:b:c")]
    [InlineData("ünïcode")]
    public void A_hostile_name_is_refused(string text)
    {
        Assert.Equal(CatalogFailure.Usage, Assert.Throws<CatalogException>(() => ModelName.Parse(text)).Failure);
    }

    [Fact]
    public void Names_that_differ_in_case_are_the_same_and_keep_their_spelling()
    {
        Assert.Equal(ModelName.Parse("Owner/Repo:q4_0"), ModelName.Parse("owner/repo:Q4_0"));
        Assert.Equal("Owner/Repo:q4_0", ModelName.Parse("Owner/Repo:q4_0").ToString());
        Assert.Equal(ModelName.Parse("a"), ModelName.Parse("A:latest"));
        Assert.NotEqual(ModelName.Parse("a/b"), ModelName.Parse("b"));
    }

    [Fact]
    public void No_text_makes_a_name_whose_file_lies_outside_its_folder() => Gen.String.Sample(text =>
    {
        if (!ModelName.TryParse(text, out var name, out _))
            return;
        var root = Path.GetFullPath("manifests") + Path.DirectorySeparatorChar;
        Assert.StartsWith(root, Path.GetFullPath(Path.Combine(root, name.Key)), StringComparison.Ordinal);
        Assert.Equal(2, name.Key.Count(c => c == '/'));
    });

    [Fact]
    public void Every_file_name_gives_some_name() => Gen.String[Gen.Char[' ', '~'], 1, 300].Where(s => s.Any(char.IsAsciiLetterOrDigit)).Sample(stem =>
        Assert.Null(SafeFileName.Fault(ModelName.FromFileStem(stem).Repository)));

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("C:/x")]
    [InlineData("a//b")]
    [InlineData("a/nul.txt")]
    [InlineData("a\\..\\b")]
    [InlineData("a/b\u202Egpj.exe")]
    [InlineData("trailing. ")]
    public void A_hostile_path_in_a_listing_is_refused(string path) => Assert.NotNull(SafeFileName.PathFault(path));

    [Theory]
    [InlineData("Llama-3.2-1B-Instruct-Q4_K_M.gguf", "Q4_K_M")]
    [InlineData("model.bf16.gguf", "BF16")]
    [InlineData("x-IQ4_XS-00001-of-00003.gguf", "IQ4_XS")]
    [InlineData("q8_0", "Q8_0")]
    [InlineData("SmolLM2-135M-Instruct-Q4_1.gguf", "Q4_1")]
    [InlineData("gpt-oss-20b-mxfp4.gguf", "MXFP4")]
    [InlineData("plain.gguf", null)]
    public void The_quantisation_is_read_from_a_file_name(string file, string? expected) => Assert.Equal(expected, Quantisation.FromFileName(file));
}
