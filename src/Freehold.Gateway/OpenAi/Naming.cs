using Freehold.Gateway.Hosting;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi;

/// <summary>Names of answers.</summary>
internal static class Naming
{
    /// <summary>An answer's head: a random id under the endpoint's prefix, whole seconds, and what will compute it, which may not be loaded yet.</summary>
    public static AnswerHead HeadOf(string prefix, ModelCard card, TimeProvider clock) =>
        new(prefix + Guid.NewGuid().ToString("N")[..24], clock.GetUtcNow().ToUnixTimeSeconds(), card.Id, FingerprintOf(null));

    /// <summary>The head, now that the model is there.</summary>
    public static AnswerHead By(this AnswerHead head, ServedModel model) => head with { Model = model.Id, Fingerprint = FingerprintOf(model) };

    /// <summary>The engine's version, and what differs from the model's default where the model is there already.</summary>
    public static string FingerprintOf(ServedModel? model) => model?.Note is null ? $"freehold-{Release.Version}" : $"freehold-{Release.Version}+{model.Note}";
}
