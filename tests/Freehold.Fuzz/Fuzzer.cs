using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Freehold.ModelMaker.Weights;

namespace Freehold.Fuzz;

/// <summary>
/// Runs one target for a time: its seeds and corpus as they are, then mutations of them. An input that ends in a way no other did (other words, numbers and
/// names aside) is mutated further: so refusals lead on into the parser. Stops at the first finding.
/// </summary>
/// <param name="target">What is run.</param>
/// <param name="corpusRoot">Holds a folder for each target.</param>
/// <param name="seed">Equal seeds give equal inputs.</param>
/// <param name="inputLimit">How long one input may take.</param>
/// <param name="keep">Whether inputs that end in a new way are added to the corpus.</param>
public sealed partial class Fuzzer(IFuzzTarget target, string corpusRoot, ulong seed, TimeSpan inputLimit, bool keep = false)
{
    private const int LargestKept = 4096, MostEndings = 60;
    private readonly string _folder = Path.Combine(corpusRoot, target.Name);
    private readonly HashSet<string> _endings = new(StringComparer.Ordinal);
    private string _ending = "";

    /// <summary>Inputs run.</summary>
    public long Inputs { get; private set; }

    /// <summary>Inputs the target accepted.</summary>
    public long Accepted { get; private set; }

    /// <summary>The finding in words, or null.</summary>
    public string? Run(TimeSpan time)
    {
        Directory.CreateDirectory(_folder);
        var seeds = target.Seeds.Count();
        var inputs = target.Seeds.Concat(Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)).ToList();
        var known = inputs.Count;
        var clock = Stopwatch.StartNew();
        // Each input runs on one long-lived thread, so that a hang can be told and named from here.
        byte[] current = [];
        string? finding = null;
        var startedAt = 0L;
        var worker = new Thread(() =>
        {
            var mutator = new Mutator(Randomness.For(seed, target.Name));
            for (var i = 0; finding is null && (i < known || clock.Elapsed < time); i++)
            {
                var input = i < known ? inputs[i] : mutator.Mutate(inputs, seeds);
                Volatile.Write(ref current, input);
                Volatile.Write(ref startedAt, Stopwatch.GetTimestamp());
                finding = Try(input, i < seeds);
                Volatile.Write(ref startedAt, 0);
                if (_endings.Count < MostEndings && _endings.Add(_ending) && i >= known)
                    Learn(inputs, input);
            }
        })
        { IsBackground = true };
        worker.Start();
        while (!worker.Join(100))
        {
            var started = Volatile.Read(ref startedAt);
            if (started != 0 && Stopwatch.GetElapsedTime(started) > inputLimit)
                return Keep(Volatile.Read(ref current), $"did not end within {inputLimit.TotalSeconds} s");
        }
        return finding;
    }

    private string? Try(byte[] input, bool isSeed)
    {
        Inputs++;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
            Accepted++;
            _ending = "accepted";
        }
        catch (Exception e) when (target.IsRefusal(e))
        {
            var shape = Shape().Replace(e.Message, "");
            _ending = shape[..Math.Min(shape.Length, 60)];
            // A seed of ours that is refused means the target no longer tests what it claims to; configs lack the tensors they describe on purpose.
            if (isSeed && target.Name != "config")
                return Keep(input, $"a valid seed was refused: {e.Message}");
        }
        catch (Exception e)
        {
            return Keep(input, e.ToString());
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated > target.AllocationLimit(input.Length) ? Keep(input, $"{allocated} bytes allocated for an input of {input.Length}") : null;
    }

    private void Learn(List<byte[]> inputs, byte[] input)
    {
        inputs.Add(input);
        if (keep && input.Length <= LargestKept)
            File.WriteAllBytes(Path.Combine(_folder, $"kept-{Convert.ToHexStringLower(SHA256.HashData(input))[..16]}"), input);
    }

    // Names in quotes, numbers and paths tell inputs apart, not ways to end.
    [GeneratedRegex("""'[^']*'|\([^)]*\)|/\S*|[0-9]+|[^\x20-\x7e]""")]
    private static partial Regex Shape();

    private string Keep(byte[] input, string what)
    {
        var name = $"crash-{Convert.ToHexStringLower(SHA256.HashData(input))[..16]}";
        File.WriteAllBytes(Path.Combine(_folder, name), input);
        return $"{target.Name}/{name} ({input.Length} bytes): {what}";
    }
}
