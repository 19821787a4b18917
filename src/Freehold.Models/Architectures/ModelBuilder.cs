using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Kernels.Rope;
using Freehold.Models.Architectures.Layers;
using Freehold.Models.Files;
using Freehold.Models.Packing;

namespace Freehold.Models.Architectures;

/// <summary>What architectures compose models with: the metadata's sizes, the tensors, the workspace and rope plans.</summary>
internal abstract unsafe class ModelBuilder : IDisposable
{
    private readonly int _context;
    private readonly KvType _keysValues;
    private readonly List<WeightMatrix> _factors = [];
    private readonly List<RopePlan> _ropes = [];

    protected ModelBuilder(IModelSource source, Compute compute, int rows, int logitRows, int context, ActivationBits bits, KvType keysValues = KvType.F32)
    {
        (Compute, _context, _keysValues) = (compute, context, keysValues);
        Sizes = DecoderSizes.Read(source.Metadata);
        var tensors = new TensorReader(source, workspace: null);
        Embedding = tensors.Matrix("token_embd.weight", 0, Sizes.Embedding);
        Work = new Workspace(
            new WorkspaceSizes(
                rows, logitRows, Embedding.Rows, Sizes.Embedding,
                Sizes.Heads * Sizes.KeyLength, Sizes.KeyValueHeads * Sizes.KeyLength,
                Sizes.KeyValueHeads * Sizes.ValueLength, Sizes.Heads * Sizes.ValueLength, Sizes.FeedForward),
            bits);
        Tensors = tensors.With(Work);
    }

    public DecoderSizes Sizes { get; }

    public ModelMetadata Metadata => Tensors.Source.Metadata;

    public TensorReader Tensors { get; }

    public Workspace Work { get; }

    /// <summary>The scores' usual factor, 1 / sqrt(key length).</summary>
    public float UsualScale => 1 / MathF.Sqrt(Sizes.KeyLength);

    protected Compute Compute { get; }

    protected WeightMatrix Embedding { get; }

    protected IReadOnlyList<RopePlan> Ropes => _ropes;

    /// <summary>Notes a matrix that products multiply by, so that it can be packed.</summary>
    public WeightMatrix Factor(WeightMatrix matrix)
    {
        _factors.Add(matrix);
        return matrix;
    }

    /// <summary>A number under the architecture's prefix, or what stands in for it.</summary>
    public double Number(string key, double otherwise) => Metadata.GetDouble($"{Metadata.Architecture}.{key}", otherwise);

    /// <summary>The traits most layers share.</summary>
    public AttentionTraits Traits(float? scale = null, int window = 0, bool causal = true) =>
        new(Sizes.Heads, new KvLayout(Sizes.KeyValueHeads, Sizes.KeyLength, Sizes.ValueLength, _keysValues), scale ?? UsualScale, window, Causal: causal);

    /// <summary>Rotary positions as the metadata says.</summary>
    public RopePlan Rope(RopePairing pairing) => Keep(pairing, RopeSettings.Read(this, _context));

    /// <summary>Rotary positions with an own base and no scaling (gemma3's local layers).</summary>
    public RopePlan PlainRope(RopePairing pairing, double freqBase) => Keep(pairing, new RopeFrequencies(Sizes.Rotated, freqBase, 1, []));

    /// <summary>A layer normalisation of the stream, with its bias.</summary>
    public Norm CentredNorm(string name) =>
        new(Tensors.Vector(name + ".weight", Sizes.Embedding), Tensors.VectorOrNull(name + ".bias", Sizes.Embedding), Sizes.Epsilon, Sizes.Embedding, centred: true);

    /// <summary>Frees the workspace of a model that could not be built.</summary>
    public void Dispose() => Work.Dispose();

    /// <summary>Gives the noted matrices their panels, where <paramref name="packs"/> is given and can; with loss where <paramref name="lossy"/> says how, and then it must.</summary>
    /// <param name="packs">Where panels are kept.</param>
    /// <param name="lossy">How values are rounded; null leaves them as they are.</param>
    /// <param name="head">The output head, if there is one.</param>
    /// <exception cref="PackingException">It is to be packed with loss and cannot be.</exception>
    protected PackedWeights? Pack(PackFolder? packs, LossyKind? lossy, WeightMatrix? head = null) =>
        lossy is null ? packs?.Open(Tensors.Source, _factors, Compute)
        : packs is null ? throw new PackingException($"{Tensors.Source.Origin} cannot be packed as {LossyLayout.NameOf(lossy.Value)}: there is no folder to keep packs in. Name one (FREEHOLD_DATA)")
        : packs.OpenLossy(Tensors.Source, _factors, new LossyLayout(lossy.Value, head), Compute);

    private RopePlan Keep(RopePairing pairing, RopeFrequencies frequencies)
    {
        var plan = new RopePlan(frequencies, pairing, Sizes.Rotated, Sizes.KeyLength, Work);
        _ropes.Add(plan);
        return plan;
    }
}
