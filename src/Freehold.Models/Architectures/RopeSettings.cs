using Freehold.Kernels.Rope;
using Freehold.Models.Files;

namespace Freehold.Models.Architectures;

/// <summary>
/// Reads rotary frequencies and their scaling: none, linear, llama3 (factors in <c>rope_freqs</c>), YaRN (arXiv 2309.00071) and
/// longrope (arXiv 2402.13753, factors in <c>rope_factors_long</c> and <c>_short</c>).
/// </summary>
internal static class RopeSettings
{
    /// <summary>The frequencies for a model used with <paramref name="context"/> positions (0: those it was trained for).</summary>
    /// <exception cref="ModelFormatException">The scaling is of a kind this engine does not know.</exception>
    public static RopeFrequencies Read(ModelBuilder model, int context)
    {
        var half = model.Sizes.Rotated / 2;
        var tensors = model.Tensors;
        var freqBase = model.Number("rope.freq_base", 10_000);
        var factor = model.Number("rope.scaling.factor", 1);
        if (factor <= 0 || freqBase <= 0)
            throw new ModelFormatException($"the metadata scales rope by {factor} on a base of {freqBase}; both must be positive");
        var original = (int)model.Number("rope.scaling.original_context_length", model.Sizes.Context);
        var magnitude = (float)model.Number("rope.scaling.attn_factor", 1);
        var factors = tensors.ValuesOrEmpty("rope_freqs.weight", half);
        var kind = model.Metadata.GetString($"{model.Metadata.Architecture}.rope.scaling.type", tensors.Has("rope_factors_long.weight") ? "longrope" : "none");
        switch (kind)
        {
            case "none":
                return new RopeFrequencies(model.Sizes.Rotated, freqBase, 1, factors, magnitude);
            case "linear":
                return new RopeFrequencies(model.Sizes.Rotated, freqBase, 1 / factor, factors, magnitude);
            case "yarn":
                return RopeFrequencies.Yarn(
                    model.Sizes.Rotated, freqBase, 1 / factor, factors, original,
                    model.Number("rope.scaling.yarn_ext_factor", 1), magnitude,
                    model.Number("rope.scaling.yarn_beta_fast", 32), model.Number("rope.scaling.yarn_beta_slow", 1));
            case "longrope":
                var longer = (context == 0 ? model.Sizes.Context : context) > original;
                var longFactors = tensors.ValuesOrEmpty("rope_factors_long.weight", half);
                var shortFactors = tensors.ValuesOrEmpty("rope_factors_short.weight", half);
                return new RopeFrequencies(model.Sizes.Rotated, freqBase, 1, longer ? longFactors : shortFactors, magnitude);
            default:
                throw ModelFormatException.Unsupported($"rope scaling '{kind}' is not known to this engine; it knows none, linear, yarn and longrope");
        }
    }
}
