using System.Collections.Concurrent;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers;
using Freehold.Tests;

namespace Freehold.Models.Tests.Tokenizers;

/// <summary>The vocabularies in ../shared, each read once.</summary>
internal static class SharedVocabulary
{
    private static readonly ConcurrentDictionary<string, Tokenizer> Loaded = new();

    public static Tokenizer Load(string name) => LoadFile($"data/tokenizers/ggml-vocab-{name}.gguf");

    public static Tokenizer LoadFile(string relative)
    {
        var path = SharedData.Require(relative);
        return Loaded.GetOrAdd(path, _ =>
        {
            using var file = GgufFile.Open(path);
            return TokenizerFactory.Create(file.Metadata);
        });
    }

    public static IReadOnlyDictionary<string, object> Keys(string name)
    {
        using var file = GgufFile.Open(SharedData.Require($"data/tokenizers/ggml-vocab-{name}.gguf"));
        return file.Metadata.Values.ToDictionary();
    }

    /// <summary>The texts of a vocabulary and the ids that each must give.</summary>
    public static IEnumerable<(string Text, int[] Ids)> Cases(string name)
    {
        var path = SharedData.Require($"data/tokenizers/ggml-vocab-{name}.gguf");
        var texts = File.ReadAllText(path + ".inp").Split("\n__ggml_vocab_test__\n");
        var lines = File.ReadAllText(path + ".out").Split('\n');
        for (var i = 0; i < texts.Length; i++)
            yield return (texts[i], lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray());
    }
}
