using Freehold.Kernels.Attention;
using Freehold.Kernels.Products;

namespace Freehold.Models.Architectures.Layers;

/// <summary>What makes one layer's attention differ from another's.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="Layout">Key-value heads and lengths.</param>
/// <param name="Scale">Factor on the scores.</param>
/// <param name="Window">Positions seen, the own included; 0 for all.</param>
/// <param name="SoftCap">Cap on the scores; 0 for none.</param>
/// <param name="Causal">Whether later positions are hidden.</param>
internal sealed record AttentionTraits(int Heads, KvLayout Layout, float Scale, int Window = 0, float SoftCap = 0, bool Causal = true);

/// <summary>Grouped-query attention (arXiv 2305.13245) with optional head norms and rotary positions, up to the output projection.</summary>
internal sealed unsafe class SelfAttention(AttentionTraits traits, Product[] project, Norm? queryNorm, Norm? keyNorm, RopePlan? rope)
{
    /// <summary>The state this layer needs.</summary>
    public KvLayout Layout => traits.Layout;

    /// <summary>From the normed rows (or an encoder's stream) to the attended rows.</summary>
    public void Run(Pass pass, float* input, int inputLength, ReadOnlySpan<SequenceRows> sequences, bool attend)
    {
        var work = pass.Workspace;
        var compute = pass.Compute;
        var layout = traits.Layout;
        work.Activations.Set(input, inputLength, pass.Rows, inputLength);
        compute.MatMul(work.Activations, project);
        queryNorm?.Apply(pass, work.Queries, work.Queries, pass.Rows * traits.Heads);
        keyNorm?.Apply(pass, work.Keys, work.Keys, pass.Rows * layout.KeyValueHeads);
        rope?.Rotate(pass, work.Queries, traits.Heads);
        rope?.Rotate(pass, work.Keys, layout.KeyValueHeads);
        compute.AppendKeysValues(
            pass.Memory, pass.State.Offset, layout,
            work.Keys, (long)layout.KeyValueHeads * layout.KeyLength,
            work.Values, (long)layout.KeyValueHeads * layout.ValueLength, sequences);
        if (!attend)
            return;
        compute.Attend(
            new AttentionCall
            {
                Memory = pass.Memory,
                LayerOffset = pass.State.Offset,
                Layout = layout,
                Queries = work.Queries,
                QueryStride = (long)traits.Heads * layout.KeyLength,
                Output = work.Attended,
                OutputStride = (long)traits.Heads * layout.ValueLength,
                Heads = traits.Heads,
                Scale = traits.Scale,
                Window = traits.Window,
                SoftCap = traits.SoftCap,
                Causal = traits.Causal,
            },
            sequences);
    }
}
