using System.Globalization;
using System.Reflection;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi;

/// <summary>Names of answers and models, and who asks.</summary>
internal static class Naming
{
    private static readonly string Version = typeof(Naming).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>An answer's head: a random id under the endpoint's prefix, whole seconds, and what computed it.</summary>
    public static AnswerHead HeadOf(string prefix, ServedModel model, TimeProvider clock) =>
        new(prefix + Guid.NewGuid().ToString("N")[..24], clock.GetUtcNow().ToUnixTimeSeconds(), model.Id, FingerprintOf(model));

    /// <summary>The engine's version, and what differs from the model's default.</summary>
    public static string FingerprintOf(ServedModel model) => model.Note is null ? $"freehold-{Version}" : $"freehold-{Version}+{model.Note}";

    /// <summary>The model a request names.</summary>
    /// <exception cref="RefusedException">None is named (400), or none has that name (404).</exception>
    public static ServedModel Find(IModelDirectory directory, string? name)
    {
        if (string.IsNullOrEmpty(name))
            throw RefusedException.Field("model", $"You must provide a model parameter; served here: {NamesOf(directory)}.", "missing_required_parameter");
        return directory.TryFind(name, out var model) ? model
            : throw new RefusedException(new Refusal(404, "model_not_found", "model", $"The model '{Short(name)}' does not exist here; served: {NamesOf(directory)}."));
    }

    /// <summary>
    /// Notes who asks, for fairness between clients: the address, divided further by the request's <c>user</c>. There is no identity yet, so
    /// every client has the same tenant.
    /// </summary>
    public static void Stamp(AdditionalPropertiesDictionary properties, HttpContext http, string? user)
    {
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "local";
        properties["client"] = string.IsNullOrEmpty(user) ? address : string.Create(CultureInfo.InvariantCulture, $"{address}/{user}");
        properties["tenant"] = "default";
    }

    private static string NamesOf(IModelDirectory directory) =>
        directory.Models.Count == 0 ? "no model at all" : string.Join(", ", directory.Models.Select(model => $"'{model.Id}'"));

    private static string Short(string name) => name.Length <= 200 ? name : name[..200] + "...";
}
