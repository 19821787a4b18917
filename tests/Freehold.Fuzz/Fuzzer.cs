using System.Diagnostics;
using System.Security.Cryptography;
using Freehold.ModelMaker.Weights;

namespace Freehold.Fuzz;

/// <summary>Runs one target for a time: its seeds and corpus as they are, then mutations of them. Stops at the first finding.</summary>
public sealed class Fuzzer(IFuzzTarget target, string corpusRoot, ulong seed, TimeSpan inputLimit)
{
    private readonly string _folder = Path.Combine(corpusRoot, target.Name);

    /// <summary>Inputs run.</summary>
    public long Inputs { get; private set; }

    /// <summary>Inputs the target accepted.</summary>
    public long Accepted { get; private set; }

    /// <summary>The finding in words, or null.</summary>
    public string? Run(TimeSpan time)
    {
        Directory.CreateDirectory(_folder);
        var inputs = target.Seeds.Concat(Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)).ToList();
        var clock = Stopwatch.StartNew();
        // Each input runs on one long-lived thread, so that a hang can be told and named from here.
        byte[] current = [];
        string? finding = null;
        var startedAt = 0L;
        var worker = new Thread(() =>
        {
            var mutator = new Mutator(Randomness.For(seed, target.Name));
            for (var i = 0; finding is null && (i < inputs.Count || clock.Elapsed < time); i++)
            {
                var input = i < inputs.Count ? inputs[i] : mutator.Mutate(inputs);
                Volatile.Write(ref current, input);
                Volatile.Write(ref startedAt, Stopwatch.GetTimestamp());
                finding = Try(input, i < target.Seeds.Count());
                Volatile.Write(ref startedAt, 0);
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
        }
        catch (Exception e) when (target.IsRefusal(e))
        {
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

    private string Keep(byte[] input, string what)
    {
        var name = $"crash-{Convert.ToHexStringLower(SHA256.HashData(input))[..16]}";
        File.WriteAllBytes(Path.Combine(_folder, name), input);
        return $"{target.Name}/{name} ({input.Length} bytes): {what}";
    }
}
