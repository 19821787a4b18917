using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Files;
using Freehold.Models.Inference;
using Freehold.Models.Templates;
using Freehold.Models.Tokenizers;

namespace Freehold.Models.Architectures;

/// <summary>Makes a runnable model of a file's metadata and tensors.</summary>
public static class ModelLoader
{
    private static readonly IDecoderArchitecture[] _decoders =
        [new Llama(), new Qwen2(), new Qwen3(), new Gemma3(), new Phi3(), new Granite(), new SmolLm3()];

    private static readonly IEncoderArchitecture[] _encoders = [new Bert(), new NomicBert()];

    /// <summary>The architectures this engine runs, by GGUF's names.</summary>
    public static IReadOnlyList<string> Architectures { get; } =
        [.. _decoders.Select(architecture => architecture.Name), .. _encoders.Select(architecture => architecture.Name)];

    /// <summary>What a file's model is for, by its keys and the names of its tensors; null where its architecture is not run.</summary>
    /// <exception cref="ModelFormatException">A key is damaged, or asks for what is not run.</exception>
    public static ModelKind? KindOf(IModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var name = source.Metadata.Architecture;
        return Array.Exists(_decoders, decoder => decoder.Name == name) ? ModelKind.Generates
            : !Array.Exists(_encoders, encoder => encoder.Name == name) ? null
            : Pooling.Read(source) == PoolingKind.Rank ? ModelKind.Ranks : ModelKind.Embeds;
    }

    /// <summary>Loads the model. The result owns <paramref name="source"/>; it is disposed here if loading fails.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, incomplete, or of an architecture or variant this engine does not run.</exception>
    public static LoadedModel Load(IModelSource source, Compute compute, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        try
        {
            return Compose(source, compute, options);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static LoadedModel Compose(IModelSource source, Compute compute, LoadOptions options)
    {
        var metadata = source.Metadata;
        if (source.Tensors.Count == 0)
            throw ModelFormatException.Unsupported($"{source.Origin} holds a vocabulary and no weights; it can tokenize, but not run");
        var usual = ParameterCount.DefaultActivations(ParameterCount.Of(source));
        if (options.Lossy is not null)
            usual = options.Activations is null or ActivationBits.Eight ? ActivationBits.Eight : throw new ArgumentException("weights packed with loss compute with activations of 8 bits", nameof(options));
        var bits = options.Activations ?? usual;
        // A large vocabulary takes as long as all the rest, and so does compiling kernels: all is done at once.
        var tokenizing = Task.Run(() => TokenizerFactory.Create(metadata));
        var preparing = Task.Run(() => Prepare(source, compute, options, bits));
        CausalModel? causal = null;
        BuiltEncoder? encoder = null;
        try
        {
            (causal, encoder) = Build(source, compute, options, bits);
            var tokenizer = tokenizing.GetAwaiter().GetResult();
            if (encoder?.Ranking is not null && !tokenizer.Special.Pairs)
                throw ModelFormatException.Unsupported($"{source.Origin} ranks pairs of texts, but its vocabulary does not say what stands between the two ('tokenizer.ggml.add_sep_token', 'tokenizer.ggml.add_eos_token')");
            var shape = causal?.Shape ?? encoder!.Embedding?.Shape ?? encoder.Ranking!.Shape;
            if (tokenizer.VocabularySize > shape.VocabularySize)
                throw new ModelFormatException($"{source.Origin} has {tokenizer.VocabularySize} tokens and only {shape.VocabularySize} rows of embeddings");
            var templateSource = metadata.GetString("tokenizer.chat_template", null);
            var (template, error) = Parse(templateSource);
            preparing.GetAwaiter().GetResult(); // before kernels are timed, which it would disturb
            options.Packs?.Tune(compute, bits);
            return new LoadedModel
            {
                Origin = source.Origin,
                Shape = shape,
                Metadata = metadata,
                Tokenizer = tokenizer,
                Causal = causal,
                Embedding = encoder?.Embedding,
                Ranking = encoder?.Ranking,
                ChatTemplateSource = templateSource,
                ChatTemplate = template,
                ChatTemplateError = error,
                Activations = bits,
                DefaultActivations = usual,
                KeysValues = causal is null ? KvType.F32 : options.KeysValues,
            };
        }
        catch
        {
            Task.WaitAny(tokenizing); // it reads the file's metadata, which is about to be closed
            Task.WaitAny(preparing); // it uses kernels, which the caller may close next
            causal?.Dispose();
            encoder?.Embedding?.Dispose();
            encoder?.Ranking?.Dispose();
            throw;
        }
    }

    // The type of most weights; of others the code is compiled when it is first needed.
    private static void Prepare(IModelSource source, Compute compute, LoadOptions options, ActivationBits bits)
    {
        if (options.Packs is null || options.Lossy is not null)
            return;
        var bytes = new Dictionary<int, long>();
        foreach (var tensor in source.Tensors)
            bytes[(int)tensor.Type] = bytes.GetValueOrDefault((int)tensor.Type) + tensor.Bytes;
        var (most, type) = (0L, 0);
        foreach (var (candidate, count) in bytes)
            if (count > most)
                (most, type) = (count, candidate);
        // So few weights are not packed.
        if (most >= options.Packs.SmallestBytes)
            compute.Prepare((TensorType)type, bits);
    }

    private static (CausalModel?, BuiltEncoder?) Build(IModelSource source, Compute compute, LoadOptions options, ActivationBits bits)
    {
        var name = source.Metadata.Architecture;
        if (Array.Find(_decoders, candidate => candidate.Name == name) is { } decoder)
        {
            var builder = new DecoderBuilder(source, compute, options, bits);
            return (Keep(builder, () => decoder.Build(builder)), null);
        }
        if (Array.Find(_encoders, candidate => candidate.Name == name) is { } encoder)
        {
            var rows = DecoderSizes.Read(source.Metadata).Context;
            var builder = new EncoderBuilder(source, compute, options.Context > 0 ? Math.Min(rows, options.Context) : rows, bits, options.Packs, options.Lossy);
            return (null, Keep(builder, () => encoder.Build(builder)));
        }
        throw ModelFormatException.Unsupported($"{source.Origin} is of architecture '{name}', which this engine does not run; it runs {string.Join(", ", Architectures)}");
    }

    private static T Keep<T>(ModelBuilder builder, Func<T> build)
    {
        try
        {
            return build();
        }
        catch
        {
            builder.Dispose();
            throw;
        }
    }

    private static (ChatTemplate?, string?) Parse(string? source)
    {
        if (source is null)
            return (null, null);
        try
        {
            return (ChatTemplate.Parse(source), null);
        }
        catch (TemplateErrorException error)
        {
            return (null, error.Message);
        }
    }
}
