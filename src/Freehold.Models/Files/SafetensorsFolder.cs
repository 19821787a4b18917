using System.Text.Json;
using Freehold.Kernels.Products;
using Freehold.Models.Files.Safetensors;

namespace Freehold.Models.Files;

/// <summary>
/// A Hugging Face folder (<c>config.json</c>, <c>tokenizer.json</c>, <c>model.safetensors</c> or shards with an index) under GGUF's names and keys.
/// Matrices are mapped in place; what GGUF orders or stores otherwise (query and key rows of Llama's family, norms, biases) is copied at load.
/// </summary>
public sealed unsafe class SafetensorsFolder : IModelSource
{
    private readonly List<MappedFile> _files = [];
    private readonly List<OwnedTensor> _owned = [];
    private readonly Dictionary<string, (TensorInfo Info, nint Data)> _tensors = new(StringComparer.Ordinal);
    private bool _disposed;

    private SafetensorsFolder(string folder, string? onlyFile)
    {
        Origin = onlyFile ?? folder;
        try
        {
            var path = Path.Combine(folder, "config.json");
            if (!File.Exists(path))
                throw new ModelFormatException($"{Origin}: there is no config.json beside the weights; get the whole folder of the model");
            using var document = ConfigJson.ParseFile(path);
            var config = new ConfigJson(document.RootElement, path);
            var family = HfFamily.Of(config);
            var values = HfKeys.Read(config, family, folder);
            foreach (var (name, factors) in HfRope.Read(config, family, HfKeys.HeadLength(config, family), values))
                Own(OwnedTensor.Of(name, factors));
            foreach (var (key, value) in HfTokenizer.Read(folder))
                values.TryAdd(key, value);
            var loader = new Loader(config, family);
            foreach (var file in onlyFile is null ? FilesOf(folder) : [onlyFile])
                AddFile(file, loader);
            // A GGUF may rank without its pooler; of these two families none does, so a folder without it is incomplete.
            if (family.Classifies && !_tensors.ContainsKey("cls.weight"))
                throw new ModelFormatException($"{Origin}: the classifier's dense layer (pooler.dense or classifier.dense) is missing; the folder is incomplete");
            Metadata = new ModelMetadata(values);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private sealed record Loader(ConfigJson Config, HfFamily Family)
    {
        // Where the config is silent, transformers ties these two families' output to the embedding.
        public bool Tied { get; } = Config.Find("tie_word_embeddings")?.ValueKind is { } said ? said == JsonValueKind.True : Family.Architecture is "gemma3" or "smollm3";
    }

    /// <inheritdoc/>
    public string Origin { get; }

    /// <inheritdoc/>
    public ModelMetadata Metadata { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<TensorInfo> Tensors => [.. _tensors.Values.Select(tensor => tensor.Info)];

    /// <summary>Opens a folder, or a lone <c>.safetensors</c> file with its <c>config.json</c> beside it.</summary>
    /// <exception cref="ModelFormatException">Something is missing, damaged, hostile or of a kind that is not read; the message says what.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafetensorsFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Directory.Exists(path) ? new SafetensorsFolder(path, null) : new SafetensorsFolder(Path.GetDirectoryName(Path.GetFullPath(path))!, path);
    }

    /// <inheritdoc/>
    public bool TryGetMatrix(string name, out WeightMatrix matrix)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_tensors.TryGetValue(name, out var tensor))
        {
            matrix = null!;
            return false;
        }
        long rows = 1;
        for (var d = 1; d < tensor.Info.Shape.Count; d++)
            rows *= tensor.Info.Shape[d];
        matrix = new WeightMatrix(tensor.Info.Type, (int)rows, (int)tensor.Info.Shape[0], (byte*)tensor.Data, this);
        return true;
    }

    /// <summary>Unmaps the files; matrices taken from them must no longer be used.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var tensor in _owned)
            tensor.Dispose();
        foreach (var file in _files)
            file.Dispose();
    }

    private static IEnumerable<string> FilesOf(string folder)
    {
        var index = Path.Combine(folder, "model.safetensors.index.json");
        if (!File.Exists(index))
        {
            var single = Path.Combine(folder, "model.safetensors");
            return File.Exists(single) ? [single] : throw new ModelFormatException($"{folder}: there is no model.safetensors and no model.safetensors.index.json");
        }
        using var document = ConfigJson.ParseFile(index);
        if (!document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw new ModelFormatException($"{index} has no 'weight_map'");
        var names = map.EnumerateObject().Select(pair => pair.Value.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        // A shard is a file of this folder and nothing else: the index is not trusted with paths.
        if (Array.Find(names, name => name != Path.GetFileName(name) || name is "" or "." or ".." || name.Contains('\\', StringComparison.Ordinal)) is { } odd)
            throw new ModelFormatException($"{index}: '{odd}' is no file of this folder");
        var missing = names.Where(name => !File.Exists(Path.Combine(folder, name))).ToArray();
        return missing.Length == 0
            ? [.. names.Select(name => Path.Combine(folder, name))]
            : throw new ModelFormatException($"{folder}: {missing.Length} of {names.Length} shards are missing: {string.Join(", ", missing)}");
    }

    private void AddFile(string path, Loader loader)
    {
        var file = MappedFile.Open(path);
        _files.Add(file);
        foreach (var (info, offset) in SafetensorsHeader.Parse(file.Start, file.Length, path))
        {
            var name = HfNames.Translate(info.Name, loader.Family, loader.Tied)
                ?? throw ModelFormatException.Unsupported($"{path}: the tensor '{info.Name}' is not known for {loader.Family.Architecture}; the model is of a kind this engine does not read");
            if (name.Length > 0)
                AddTensor(info, file.Start + offset, name, loader);
        }
    }

    private void AddTensor(TensorInfo info, byte* data, string name, Loader loader)
    {
        var (family, config) = (loader.Family, loader.Config);
        var isQuery = name.Contains(".attn_q.", StringComparison.Ordinal);
        if (family.Interleaves && (isQuery || name.Contains(".attn_k.", StringComparison.Ordinal)))
        {
            var heads = isQuery ? HfKeys.Heads(config, family.Architecture) : HfKeys.KvHeads(config, family.Architecture);
            using var permuted = info.Shape.Count == 1 ? OwnedTensor.Interleaved(info, data, name, heads) : null;
            Own(permuted is null ? OwnedTensor.Interleaved(info, data, name, heads) : OwnedTensor.Widened(permuted.Info, permuted.Data, name, 0));
            return;
        }
        if (name == "position_embd.weight" && HfKeys.SkippedPositions(config, family) is > 0 and var skipped)
        {
            data += info.Bytes; // the last rows stay
            info = WithoutFirstRows(info, skipped);
            data -= info.Bytes;
        }
        // GGUF keeps vectors and BERT's small tables in single precision, whatever the matrices are.
        if (info.Shape.Count == 1 || name is "position_embd.weight" or "token_types.weight")
        {
            var shift = family.NormsPlusOne && name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1f : 0f;
            Own(OwnedTensor.Widened(info, data, name, shift));
            return;
        }
        Add(info with { Name = name }, data);
    }

    private static TensorInfo WithoutFirstRows(TensorInfo info, int rows) =>
        info.Shape.Count == 2 && info.Shape[1] > rows
            ? info with { Shape = [info.Shape[0], info.Shape[1] - rows], Bytes = info.Bytes - info.Bytes / info.Shape[1] * rows }
            : throw new ModelFormatException($"the tensor '{info.Name}' is {string.Join(" x ", info.Shape)}; more than {rows} rows were expected");

    private void Own(OwnedTensor tensor)
    {
        _owned.Add(tensor);
        Add(tensor.Info, tensor.Data);
    }

    private void Add(TensorInfo info, byte* data)
    {
        if (!_tensors.TryAdd(info.Name, (info, (nint)data)))
            throw new ModelFormatException($"{Origin}: two tensors of the folder become '{info.Name}'");
    }
}
