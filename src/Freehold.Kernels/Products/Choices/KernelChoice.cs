using System.Text.Json.Serialization;

namespace Freehold.Kernels.Products.Choices;

/// <summary>
/// Which of the kernels that give the same bits multiplies packed weights of one form by how many rows, and in which blocks. What does best depends on the CPU; no choice changes a result.
/// </summary>
/// <param name="MostPacked">Up to how many rows packed panels are read as they lie; with more they are unpacked for many rows at a time.</param>
/// <param name="RowsByFour">Generated code: up to how many rows it reads four panels at once; with more it reads two, for up to eight rows.</param>
/// <param name="Stretch">Groups of 32 inputs that are unpacked at a time: 8, 16, 32 or 64; with loss, what a slice has.</param>
/// <param name="FromTiles">From how many rows on AMX multiplies, where it is on; <see cref="Never"/> for never.</param>
public sealed record KernelChoice(int MostPacked, int RowsByFour, int Stretch, int FromTiles)
{
    /// <summary>More rows than there can be.</summary>
    public const int Never = int.MaxValue;

    /// <summary>The longest <see cref="Stretch"/>: what workers have scratch for.</summary>
    public const int MostStretch = 64;

    /// <summary>Whether kernels can do as it says.</summary>
    [JsonIgnore]
    public bool IsPossible => MostPacked >= 0 && RowsByFour >= 0 && Stretch is 8 or 16 or 32 or MostStretch && FromTiles >= 0;
}

/// <summary>The choice at hand, which kernels look up at each product: it may be replaced while they run, since bits do not depend on it.</summary>
internal sealed class ChosenKernels(KernelChoice usual)
{
    private KernelChoice _now = usual;

    /// <summary>What was chosen last.</summary>
    internal KernelChoice Now
    {
        get => Volatile.Read(ref _now);
        set => Volatile.Write(ref _now, value);
    }
}
