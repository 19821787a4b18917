using Freehold.Kernels.Rope;

namespace Freehold.Models.Architectures.Layers;

/// <summary>Rotary position embedding (arXiv 2104.09864) as some layers of a model use it: angles once per pass, then each layer's heads.</summary>
internal sealed unsafe class RopePlan(RopeFrequencies frequencies, RopePairing pairing, int rotated, int headLength, Workspace workspace)
{
    private readonly float* _cos = workspace.Rows(rotated / 2);
    private readonly float* _sin = workspace.Rows(rotated / 2);

    /// <summary>Computes the angles of the batch's positions.</summary>
    public void Prepare(Pass pass) => pass.Compute.RopeAngles(frequencies, pass.Batch.Positions, _cos, _sin);

    /// <summary>Computes the angles of positions 0 to <paramref name="positions"/>.Length - 1 of an encoder.</summary>
    public void Prepare(Pass pass, ReadOnlySpan<int> positions) => pass.Compute.RopeAngles(frequencies, positions, _cos, _sin);

    /// <summary>Rotates the heads of all rows in place.</summary>
    public void Rotate(Pass pass, float* x, int heads) =>
        pass.Compute.Rope(pairing, x, (long)heads * headLength, pass.Rows, heads, headLength, rotated, _cos, _sin);
}
