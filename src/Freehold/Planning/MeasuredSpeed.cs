using System.Reflection;
using System.Text.Json.Serialization;
using Freehold.Catalog.Resolution;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Machine;

namespace Freehold.Planning;

/// <summary>What <c>bench</c> found for a model here, in tokens a second.</summary>
/// <param name="Prefill">Of a prompt.</param>
/// <param name="Decode">Of one stream.</param>
/// <param name="Streams">Of several in all, by their number.</param>
/// <param name="StreamPositions">Positions each of those had on average.</param>
/// <param name="At">When.</param>
internal sealed record MeasuredSpeed(double Prefill, double Decode, IReadOnlyDictionary<int, double> Streams, double StreamPositions, DateTimeOffset At);

/// <summary>Keeps them in a folder, a file for each machine, model, set of kernels, activations, kind of keys and values and version of this program: anything else must be measured anew.</summary>
internal sealed class MeasuredSpeeds
{
    private readonly string _identity;
    private readonly MeasurementFile _file;

    public MeasuredSpeeds(string folder, string machine, ResolvedModel model, InstructionSet isa, int activations, KvType keysValues)
    {
        var version = typeof(MeasuredSpeeds).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        var content = (model.Sha256 ?? FormattableString.Invariant($"{Path.GetFullPath(model.Path)} {model.Offset} {model.Bytes} {File.GetLastWriteTimeUtc(model.Path):O}")) + (model.Pack is null ? "" : $" {model.Pack}");
        _identity = FormattableString.Invariant($"{machine}|{content}|{isa}|{activations}|{keysValues}|{version}");
        _file = new MeasurementFile(folder, _identity);
    }

    /// <summary>The last bench; null where there is none that can be read and makes sense.</summary>
    public MeasuredSpeed? Read()
    {
        var kept = _file.Read(SpeedJson.Default.KeptSpeed);
        return kept is { Speed: { Prefill: > 0, Decode: > 0, Streams: not null } speed } && kept.Identity == _identity ? speed : null;
    }

    /// <summary>Keeps a bench; false where the folder cannot be written.</summary>
    public bool TryWrite(MeasuredSpeed speed) => _file.TryWrite(new KeptSpeed(_identity, speed), SpeedJson.Default.KeptSpeed);
}

/// <summary>A bench as it lies on disk.</summary>
internal sealed record KeptSpeed(string Identity, MeasuredSpeed Speed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(KeptSpeed))]
internal sealed partial class SpeedJson : JsonSerializerContext;
