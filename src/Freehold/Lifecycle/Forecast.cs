using Freehold.Commands;
using Freehold.Engine.Lifecycle;
using Freehold.Gateway.Serving;
using Freehold.Hosting;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Products;
using Freehold.Models.Architectures;
using Freehold.Planning;

namespace Freehold.Lifecycle;

/// <summary>What loading a model would take and give here, by its header, the budget and what the machine was measured to give.</summary>
/// <param name="settings">How models are run.</param>
/// <param name="cacheFolder">Where measurements of this machine are kept.</param>
/// <param name="threads">Threads models compute with.</param>
internal sealed class Forecast(ModelSettings settings, string cacheFolder, int threads)
{
    private const double ReadingRate = 5;

    public ModelForecast Of(ShelfModel model, PoolSnapshot<ServedModel> now)
    {
        var header = model.Header;
        var need = header.Need(settings, settings.Drafts.HeaderFor(model.Name));
        var free = now.BudgetBytes - now.UsedBytes + now.LeavableBytes;
        List<string> lines =
        [
            $"needs {ByteCount.Write(need.Least)} at least: weights about {ByteCount.Write(need.Weights)}, workspace {ByteCount.Write(need.Workspace)}, keys and values {ByteCount.Write(need.LeastKeysAndValues)}",
            $"{ByteCount.Write(free)} of {ByteCount.Write(now.BudgetBytes)} are free or could be{(need.Least <= free ? "" : ": it does not fit now")}",
        ];
        if (header.Facts.Licence is { } licence)
            lines.Insert(0, $"licence: {licence}");
        if (MachineLimits.Known(cacheFolder, threads) is not { } machine || SpeedOf(header, machine) is not { } speed)
        {
            lines.Add("how fast it would be is not known: freehold plan measures this machine");
            return new ModelForecast(need.Least, free, null, null, lines);
        }
        if (header.IsEncoder)
        {
            lines.Add(FormattableString.Invariant($"expected {speed.PrefillTokensPerSecond:0} tokens/s of texts"));
            return new ModelForecast(need.Least, free, null, null, lines);
        }
        var keysAndValues = Math.Clamp((free - need.Fixed) / 2, need.LeastKeysAndValues, Math.Max(need.LeastKeysAndValues, need.MostKeysAndValues));
        var users = Users.At(ReadingRate, speed, Conversation.UsualIn(settings.Context ?? header.Context), keysAndValues, header.Position.As(settings.KeysValues) * KvLayout.PageTokens, KvLayout.PageTokens);
        lines.Add(FormattableString.Invariant($"expected {speed.DecodeTokensPerSecond:0.0} tokens/s alone, prompts {speed.PrefillTokensPerSecond:0} tokens/s, {users.Count} users at {ReadingRate:0} tokens/s each, limited by {users.Limit}"));
        return new ModelForecast(need.Least, free, speed.DecodeTokensPerSecond, users.Count, lines);
    }

    private SpeedModel? SpeedOf(ModelHeader header, MachineLimits machine)
    {
        var bits = CommonOptions.ActivationsOf(settings.Activations) ?? ParameterCount.DefaultActivations(header.Facts.Parameters);
        var isa = CommonOptions.ComputeOf(null).Isa ?? InstructionSets.Best;
        return Efficiency.Model(header.Work, bits == ActivationBits.Sixteen ? 2 : 1, header.Position.As(settings.KeysValues), machine.Probe, isa, null);
    }
}
