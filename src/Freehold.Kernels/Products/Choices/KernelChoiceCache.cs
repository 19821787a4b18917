using System.Text.Json;
using System.Text.Json.Serialization;
using Freehold.Kernels.Machine;

namespace Freehold.Kernels.Products.Choices;

/// <summary>Keeps in a folder what was chosen for a form on this machine, by these kernels, with this many threads.</summary>
public sealed class KernelChoiceCache
{
    private readonly MeasurementFile _file;
    private readonly PackedForm _form;
    private readonly string _identity;

    /// <summary>The place for a form.</summary>
    /// <param name="folder">Where the files lie.</param>
    /// <param name="machine">What tells this machine from others (<see cref="MachineProbeCache.Identity"/>).</param>
    /// <param name="compute">Whose kernels.</param>
    /// <param name="form">What was chosen for.</param>
    public KernelChoiceCache(string folder, string machine, Compute compute, PackedForm form)
    {
        ArgumentNullException.ThrowIfNull(compute);
        _form = form;
        // Other kernels are another build of this assembly.
        var build = typeof(KernelChoiceCache).Module.ModuleVersionId;
        _identity = FormattableString.Invariant($"kernels {build:N}|{compute.Isa}|{form.Name}|{(int)form.Bits}|{machine}");
        _file = new MeasurementFile(folder, _identity);
    }

    /// <summary>The choice; null where there is none that can be read, makes sense and still holds.</summary>
    public KernelChoice? Read(DateTimeOffset now) =>
        _file.Read(KeptChoice.Of) is { Choice: var choice } kept && _form.Takes(choice) && kept.Identity == _identity && !(kept.Until <= now) ? choice : null;

    /// <summary>Keeps a choice, for good or until a time. False where the folder cannot be written: then it is made again next time.</summary>
    public bool TryWrite(KernelChoice choice, DateTimeOffset? until) => _file.TryWrite(new KeptChoice(_identity, choice, until), KernelChoiceJson.Default.KeptChoice);
}

/// <summary>A choice as it lies on disk.</summary>
internal sealed record KeptChoice(string Identity, KernelChoice Choice, DateTimeOffset? Until)
{
    public static KeptChoice? Of(JsonElement kept)
    {
        var choice = kept.GetProperty("choice");
        int Number(string name) => choice.GetProperty(name).GetInt32();
        return new(
            kept.GetProperty("identity").GetString() ?? "", new KernelChoice(Number("most_packed"), Number("rows_by_four"), Number("stretch"), Number("from_tiles")),
            kept.TryGetProperty("until", out var until) && until.ValueKind == JsonValueKind.String ? until.GetDateTimeOffset() : null);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(KeptChoice))]
internal sealed partial class KernelChoiceJson : JsonSerializerContext;
