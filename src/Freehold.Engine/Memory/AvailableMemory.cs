using Freehold.Models.Inference;

namespace Freehold.Engine.Memory;

/// <summary>How much memory this process may still take.</summary>
public static class AvailableMemory
{
    /// <summary>
    /// The least of what the system has (Linux: MemAvailable, which counts file cache that can be dropped) and what the cgroup leaves (v2 memory.max less
    /// memory.current, file cache aside); elsewhere what .NET's collector sees.
    /// </summary>
    public static long Measure(string root = "/")
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (Field(Path.Combine(root, "proc/meminfo"), "MemAvailable:") is { } kibibytes)
            available = Math.Min(available, kibibytes * 1024);
        var group = Path.Combine(root, "sys/fs/cgroup");
        if (Number(Path.Combine(group, "memory.max")) is { } limit && Number(Path.Combine(group, "memory.current")) is { } current)
            available = Math.Min(available, limit - current + (Field(Path.Combine(group, "memory.stat"), "file") ?? 0));
        return Math.Max(0, available);
    }

    /// <summary>The same for a model that is loaded, its own included: what of it lies in private memory is taken already.</summary>
    public static long Around(CausalModel model, DraftModel? draft = null) => Measure() + model.PrivateWeightBytes + (draft?.Causal.PrivateWeightBytes ?? 0);

    private static long? Number(string path) =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path), out var number) ? number : null;

    private static long? Field(string path, string name)
    {
        if (!File.Exists(path))
            return null;
        foreach (var line in File.ReadLines(path))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && words[0] == name && long.TryParse(words[1], out var number))
                return number;
        }
        return null;
    }
}
