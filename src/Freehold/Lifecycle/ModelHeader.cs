using Freehold.Catalog.Resolution;
using Freehold.Commands.Catalogue;
using Freehold.Engine.Lifecycle;
using Freehold.Gateway.Serving;
using Freehold.Hosting;
using Freehold.Kernels.Attention;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Freehold.Planning;

namespace Freehold.Lifecycle;

/// <summary>What a model's header says of it, read without touching a weight: what it is, what it can do, what it would take.</summary>
/// <param name="Facts">What it is.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Context">Positions it was trained for.</param>
/// <param name="Position">What keys and values of a position take; nothing for an encoder.</param>
/// <param name="Workspace">Bytes of its buffers and its vocabulary, about.</param>
/// <param name="Work">What a token costs.</param>
internal sealed record ModelHeader(ModelFacts Facts, ModelKind Kind, int Context, PositionBytes Position, long Workspace, ModelWork Work)
{
    /// <summary>Bytes of its weights as they are packed with loss; null where they are not.</summary>
    public long? PackedBytes { get; private init; }

    /// <summary>Whether it reads texts, rather than going on with them.</summary>
    public bool IsEncoder => Kind != ModelKind.Generates;

    /// <summary>Less than this context is not worth a load; more than the usual one makes nobody else leave.</summary>
    private const int LeastContext = 2048, UsualContext = 32_768;

    private const int UsualStreams = 32;

    /// <summary>Reads it.</summary>
    /// <exception cref="ModelFormatException">It is damaged, or of a kind that is not run.</exception>
    public static ModelHeader Read(ResolvedModel model)
    {
        using var source = ModelOpening.OpenFile(model);
        var metadata = source.Metadata;
        var architecture = metadata.Architecture;
        if (!ModelLoader.Architectures.Contains(architecture) || source.Tensors.Count == 0)
            throw ModelFormatException.Unsupported($"{model.Name} is of architecture '{architecture}'{(source.Tensors.Count == 0 ? " and has no weights" : "")}; this engine runs {string.Join(", ", ModelLoader.Architectures)}");
        var kind = ModelLoader.KindOf(source) ?? ModelKind.Generates; // of an architecture that is run, as was just found
        var (encodes, context) = (kind != ModelKind.Generates, metadata.GetInt32($"{architecture}.context_length"));
        var facts = new ModelFacts(architecture, model.Format, ParameterCount.Of(source), RunningModel.QuantisationOf(model), model.Bytes,
            metadata.GetInt32($"{architecture}.embedding_length", 0), metadata.GetInt32($"{architecture}.block_count", 0))
        {
            Sha256 = model.Sha256,
            Licence = metadata.GetString("general.license", null),
            Template = metadata.GetString("tokenizer.chat_template", null),
        };
        long Position(KvType type) => ModelSummary.KvBytes(metadata, architecture, type) ?? 0;
        return new ModelHeader(facts, kind, context, encodes ? default : new PositionBytes(Position(KvType.F32), Position(KvType.Q8)), WorkspaceOf(metadata, source, encodes ? context : 512), ModelWork.Of(source, PackChoice.KindOf(model)))
        {
            PackedBytes = model.Pack is null ? null : ModelWork.Of(source, PackChoice.KindOf(model)).BytesPerDecode,
        };
    }

    /// <summary>What it needs of memory.</summary>
    /// <param name="settings">What the owner fixed.</param>
    /// <param name="draft">The model that guesses for it; null for none.</param>
    public MemoryNeed Need(ModelSettings settings, ModelHeader? draft = null)
    {
        if (draft is null || IsEncoder)
            return Alone(settings);
        // For as many positions as its own, though of a few texts only: what it really takes is counted once it is loaded.
        var (own, other) = (Alone(settings), draft.Alone(settings with { MaxStreams = 4, KvMemory = null, KeysValues = KvType.F32 }));
        var (ownPosition, draftPosition) = (Position.As(settings.KeysValues), draft.Position.As(KvType.F32));
        var isFixed = settings.KvMemory is not null;
        long With(long keysAndValues) => isFixed ? keysAndValues : keysAndValues + (ownPosition == 0 ? 0 : keysAndValues / ownPosition * draftPosition);
        return new MemoryNeed(own.Weights + other.Weights, own.Workspace + other.Workspace, With(own.LeastKeysAndValues), With(own.UsualKeysAndValues),
            isFixed ? own.MostKeysAndValues : own.MostKeysAndValues + other.MostKeysAndValues, 0);
    }

    private MemoryNeed Alone(ModelSettings settings)
    {
        // Packed panels are a little larger than the blocks they are made of; what it really takes is counted once it is loaded.
        var weights = PackedBytes ?? Facts.Bytes + Facts.Bytes / 8;
        if (IsEncoder)
            return new MemoryNeed(weights, Workspace, 0, 0, 0, 0);
        var context = settings.Context ?? Context;
        long Pages(int positions) => (Math.Min(positions, context) + KvLayout.PageTokens - 1) / KvLayout.PageTokens * (Position.As(settings.KeysValues) * KvLayout.PageTokens);
        var most = Pages(context) * (settings.MaxStreams ?? UsualStreams);
        return settings.KvMemory is { } fixedBytes ? new MemoryNeed(weights, Workspace, fixedBytes, fixedBytes, fixedBytes, 0)
            : settings.Context is not null ? new MemoryNeed(weights, Workspace, Pages(context), Pages(context), most, 0)
            : new MemoryNeed(weights, Workspace, Pages(LeastContext), Pages(UsualContext), most, 0);
    }

    // The buffers of a forward pass (Workspace in Freehold.Models), a quarter more for what architectures add, and the vocabulary's tables.
    private static long WorkspaceOf(ModelMetadata metadata, IModelSource source, long rows)
    {
        var prefix = metadata.Architecture;
        long Size(string key, long otherwise) => metadata.GetInt32($"{prefix}.{key}", (int)Math.Min(otherwise, int.MaxValue));
        var (embedding, feedForward, heads) = (Size("embedding_length", 0), Size("feed_forward_length", 0), Size("attention.head_count", 1));
        var head = Size("attention.key_length", embedding / Math.Max(1, heads));
        var vocabulary = source.TryGetMatrix("token_embd.weight", out var table) ? table.Rows : 0;
        var wide = Math.Max(heads * head, embedding);
        return (rows * (3 * embedding + 4 * wide + 2 * feedForward + Math.Max(wide, feedForward)) + 64L * vocabulary) * sizeof(float) * 5 / 4 + 256L * vocabulary;
    }
}
