using System.Reflection;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Freehold.Catalog.Resolution;
using Freehold.Kernels;

namespace Freehold.Planning;

/// <summary>What <c>bench</c> found for a model here, in tokens a second.</summary>
/// <param name="Prefill">Of a prompt.</param>
/// <param name="Decode">Of one stream.</param>
/// <param name="Streams">Of several in all, by their number.</param>
/// <param name="StreamPositions">Positions each of those had on average.</param>
/// <param name="At">When.</param>
internal sealed record MeasuredSpeed(double Prefill, double Decode, IReadOnlyDictionary<int, double> Streams, double StreamPositions, DateTimeOffset At);

/// <summary>Keeps them in a folder, a file for each machine, model, set of kernels, activations and version of this program: anything else must be measured anew.</summary>
internal sealed class MeasuredSpeeds
{
    private readonly string _folder, _identity, _file;

    public MeasuredSpeeds(string folder, string machine, ResolvedModel model, InstructionSet isa, int activations)
    {
        var version = typeof(MeasuredSpeeds).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        var content = model.Sha256 ?? FormattableString.Invariant($"{Path.GetFullPath(model.Path)} {model.Offset} {model.Bytes} {File.GetLastWriteTimeUtc(model.Path):O}");
        _folder = folder;
        _identity = FormattableString.Invariant($"{machine}|{content}|{isa}|{activations}|{version}");
        _file = Path.Combine(folder, Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(_identity)))[..16] + ".json");
    }

    /// <summary>The last bench; null where there is none that can be read and makes sense.</summary>
    public MeasuredSpeed? Read()
    {
        try
        {
            var kept = JsonSerializer.Deserialize(File.ReadAllBytes(_file), SpeedJson.Default.KeptSpeed);
            return kept is { Speed: { Prefill: > 0, Decode: > 0, Streams: not null } speed } && kept.Identity == _identity ? speed : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps a bench; false where the folder cannot be written.</summary>
    public bool TryWrite(MeasuredSpeed speed)
    {
        var temporary = $"{_file}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(new KeptSpeed(_identity, speed), SpeedJson.Default.KeptSpeed));
            File.Move(temporary, _file, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>A bench as it lies on disk.</summary>
internal sealed record KeptSpeed(string Identity, MeasuredSpeed Speed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(KeptSpeed))]
internal sealed partial class SpeedJson : JsonSerializerContext;
