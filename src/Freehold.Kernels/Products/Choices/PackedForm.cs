using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products.Lossy;

namespace Freehold.Kernels.Products.Choices;

/// <summary>What kernels are chosen for: packed weights of one form, by activations of one fineness.</summary>
public readonly record struct PackedForm
{
    private PackedForm(TensorType type, LossyKind? lossy, ActivationBits bits) => (Type, Lossy, Bits) = (type, lossy, bits);

    /// <summary>The type whose values are packed untouched; <see cref="TensorType.F32"/> where they are packed with loss, which does not keep it.</summary>
    public TensorType Type { get; }

    /// <summary>How values were packed with loss; null where they were not.</summary>
    public LossyKind? Lossy { get; }

    /// <summary>How finely activations are quantised.</summary>
    public ActivationBits Bits { get; }

    /// <summary>What people call it: the type, or w8 and w4.</summary>
    public string Name => Lossy is { } kind ? kind.ToString().ToLowerInvariant() : Type.ToString();

    /// <summary>Values of a type, untouched.</summary>
    public static PackedForm Of(TensorType type, ActivationBits bits) => new(type, null, bits);

    /// <summary>Values packed with loss, which meet activations of 8 bits.</summary>
    public static PackedForm Of(LossyKind kind) => new(TensorType.F32, kind, ActivationBits.Eight);

    /// <summary>Whether its kernels can do as a choice says: what is packed with loss is unpacked by its own slices.</summary>
    public bool Takes(KernelChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return choice.IsPossible && (Lossy is not { } kind || choice.Stretch == new LossyFormat(kind).SliceGroups);
    }
}
