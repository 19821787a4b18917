using System.Globalization;
using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Formats;
using Freehold.ModelMaker.Recipes;
using Freehold.Models.Files;

const string Usage = """
    usage: ARCHITECTURE TYPE OUT.gguf [--seed N] [--vocab VOCAB.gguf]      one small random model
           ARCHITECTURE TYPE OUT_FOLDER --hf [--shards N] [--seed N]       the same as a Hugging Face folder (F32, F16, BF16)
           all OUT_FOLDER [--seed N]                                       every architecture in every type
           speed TYPE OUT.gguf --vocab VOCAB.gguf [--seed N]               Llama-3.2-1B's shape, for measuring speed
    """;

var (words, options) = (new List<string>(), new Dictionary<string, string>());
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--hf")
        options["--hf"] = "yes";
    else if (args[i].StartsWith("--", StringComparison.Ordinal) && i + 1 < args.Length)
        options[args[i]] = args[++i];
    else
        words.Add(args[i]);
}
try
{
    var seed = ulong.Parse(options.GetValueOrDefault("--seed", "1"), CultureInfo.InvariantCulture);
    switch (words)
    {
        case ["all", var folder]:
            Directory.CreateDirectory(folder);
            foreach (var name in TinyModels.Names)
            {
                foreach (var type in Enum.GetValues<TensorType>())
                    Save(TinyModels.Get(name), type, seed, Path.Combine(folder, $"{name}-{type}.gguf"));
            }
            return 0;
        case ["speed", var type, var path] when options.TryGetValue("--vocab", out var vocabulary):
            Save(SpeedModel.Llama1B(ReadVocabulary(vocabulary, 128_256)), Enum.Parse<TensorType>(type, ignoreCase: true), seed, path);
            return 0;
        case [var name, var type, var path] when name != "speed":
            var recipe = TinyModels.Get(name, options.TryGetValue("--vocab", out var own) ? ReadVocabulary(own, 0) : null);
            var parsed = Enum.Parse<TensorType>(type, ignoreCase: true);
            if (options.ContainsKey("--hf"))
                HfFolderWriter.Write(recipe, parsed, seed, path, int.Parse(options.GetValueOrDefault("--shards", "1"), CultureInfo.InvariantCulture));
            else
                Save(recipe, parsed, seed, path);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException or ModelFormatException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static void Save(Recipe recipe, TensorType type, ulong seed, string path)
{
    using var stream = File.Create(path, 1 << 20);
    recipe.ToGguf(type, seed).WriteTo(stream);
    Console.WriteLine($"{path}: {recipe.Architecture} {type}, {stream.Length} bytes");
}

static TinyVocabulary ReadVocabulary(string path, int atLeast)
{
    using var file = GgufFile.Open(path);
    return TinyVocabulary.From(file.Metadata.Values, atLeast);
}
