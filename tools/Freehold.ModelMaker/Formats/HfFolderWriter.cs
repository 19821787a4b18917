using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Kernels.Blocks;
using Freehold.ModelMaker.Recipes;
using Freehold.ModelMaker.Weights;

namespace Freehold.ModelMaker.Formats;

/// <summary>Writes the model a recipe's GGUF holds as a Hugging Face folder: the same weights under the other names, in the other order.</summary>
public static class HfFolderWriter
{
    /// <summary>Writes <c>config.json</c>, <c>model.safetensors</c> (or shards and an index) and the tokenizer's files.</summary>
    /// <param name="recipe">The model.</param>
    /// <param name="type">F32, F16 or BF16.</param>
    /// <param name="seed">The same as for the GGUF.</param>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="shards">Files to spread the tensors over.</param>
    /// <exception cref="ArgumentException">Hugging Face has no such model.</exception>
    public static void Write(Recipe recipe, TensorType type, ulong seed, string folder, int shards = 1)
    {
        var config = recipe.Config ?? throw new ArgumentException($"'{recipe.Architecture}' of this kind has no Hugging Face form", nameof(recipe));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        var tensors = recipe.Tensors.Where(tensor => tensor.HfName is not null).ToArray();
        var index = new JsonObject();
        for (var shard = 0; shard < shards; shard++)
        {
            var file = shards == 1 ? "model.safetensors" : $"model-{shard + 1:D5}-of-{shards:D5}.safetensors";
            var own = tensors.Where((_, i) => i % shards == shard).ToArray();
            File.WriteAllBytes(Path.Combine(folder, file), Safetensors(own, type, seed));
            foreach (var tensor in own)
                index[tensor.HfName!] = file;
        }
        if (shards > 1)
            File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = index }.ToJsonString());
        WriteTokenizer(recipe.Vocabulary, folder);
    }

    /// <summary>A safetensors file: header length, JSON header, data (github.com/huggingface/safetensors, "Format").</summary>
    public static byte[] Safetensors(IEnumerable<WeightSpec> tensors, TensorType type, ulong seed)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        using var data = new MemoryStream();
        foreach (var tensor in tensors)
        {
            var bytes = ToHf(tensor, tensor.ToBytes(type, seed), tensor.TypeIn(type));
            header[tensor.HfName!] = new JsonObject
            {
                ["dtype"] = tensor.TypeIn(type).ToString(),
                ["shape"] = new JsonArray([.. tensor.Shape.Reverse().Select(extent => JsonValue.Create(extent))]),
                ["data_offsets"] = new JsonArray(data.Length, data.Length + bytes.Length),
            };
            data.Write(bytes);
        }
        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        // Padded with spaces to a multiple of 8, as the reference writer does.
        var length = (json.Length + 7) / 8 * 8;
        var file = new byte[8 + length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        file.AsSpan(8, length).Fill((byte)' ');
        json.CopyTo(file, 8);
        data.ToArray().CopyTo(file, 8 + length);
        return file;
    }

    private static byte[] ToHf(WeightSpec tensor, byte[] bytes, TensorType type)
    {
        switch (tensor.Layout)
        {
            case HfLayout.HeadHalves:
                var row = (int)BlockFormat.Of(type).RowBytes(tensor.Shape[0]);
                var length = bytes.Length / row / tensor.Heads;
                var result = new byte[bytes.Length];
                for (var to = 0; to < bytes.Length / row; to++)
                {
                    var (head, within) = (to / length, to % length);
                    var from = (head * length) + (2 * (within % (length / 2))) + (within / (length / 2));
                    bytes.AsSpan(from * row, row).CopyTo(result.AsSpan(to * row));
                }
                return result;
            case HfLayout.MinusOne:
                for (var at = 0; at < bytes.Length; at += sizeof(float))
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at)) - 1);
                return bytes;
            default:
                return bytes;
        }
    }

    // The second text and what is behind it have type 1.
    private static JsonArray Template(params string[] steps) =>
        [.. steps.Select((step, i) => new JsonObject { [step.Length == 1 ? "Sequence" : "SpecialToken"] = new JsonObject { ["id"] = step, ["type_id"] = i > 2 ? 1 : 0 } })];

    private static void WriteTokenizer(TinyVocabulary vocabulary, string folder)
    {
        var types = (int[])vocabulary.Keys["tokenizer.ggml.token_type"];
        var byteLevel = vocabulary.Merges.Count > 0;
        // WordPiece's file form: continuations carry ##, word starts carry nothing.
        string InFile(string token, int type) => byteLevel || type != 1 ? token : token.StartsWith('▁') ? token[1..] : "##" + token;
        var ids = new JsonObject();
        var added = new JsonArray();
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
        {
            var token = InFile(vocabulary.Tokens[id], types[id]);
            if (types[id] == 1 || !byteLevel)
                ids[token] = id;
            if (types[id] != 1)
            {
                added.Add(new JsonObject
                {
                    ["id"] = id,
                    ["content"] = token,
                    ["single_word"] = false,
                    ["lstrip"] = false,
                    ["rstrip"] = false,
                    ["normalized"] = false,
                    ["special"] = true,
                });
            }
        }
        JsonObject tokenizer = byteLevel
            ? new()
            {
                ["version"] = "1.0",
                ["added_tokens"] = added,
                ["normalizer"] = null,
                ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true },
                ["post_processor"] = null,
                ["decoder"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true },
                ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = ids, ["merges"] = new JsonArray([.. vocabulary.Merges.Select(merge => JsonValue.Create(merge))]) },
            }
            : new()
            {
                ["version"] = "1.0",
                ["added_tokens"] = added,
                ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = null, ["lowercase"] = true },
                ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
                ["post_processor"] = new JsonObject
                {
                    ["type"] = "TemplateProcessing",
                    ["single"] = Template("[CLS]", "A", "[SEP]"),
                    ["pair"] = Template("[CLS]", "A", "[SEP]", "B", "[SEP]"),
                },
                ["model"] = new JsonObject { ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["continuing_subword_prefix"] = "##", ["max_input_chars_per_word"] = 100, ["vocab"] = ids },
            };
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), tokenizer.ToJsonString());
        var config = byteLevel
            ? new JsonObject
            {
                ["tokenizer_class"] = "GPT2Tokenizer",
                ["bos_token"] = "<|endoftext|>",
                ["eos_token"] = "<|im_end|>",
                ["pad_token"] = "<|endoftext|>",
                ["add_bos_token"] = false,
                ["chat_template"] = (string)vocabulary.Keys["tokenizer.chat_template"],
            }
            : new JsonObject
            {
                ["tokenizer_class"] = "BertTokenizer",
                ["unk_token"] = "[UNK]",
                ["sep_token"] = "[SEP]",
                ["pad_token"] = "[PAD]",
                ["cls_token"] = "[CLS]",
                ["mask_token"] = "[MASK]",
                ["do_lower_case"] = true,
            };
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config.ToJsonString());
    }
}
