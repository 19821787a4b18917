using Freehold.Commands;
using Freehold.Hosting.Configuration;
using Freehold.Kernels.Attention;

namespace Freehold.Hosting;

/// <summary>How keys and values are stored, as its owner chose it (docs/kv-cache.md).</summary>
internal static class KeysValuesChoice
{
    /// <summary>What the command line, the environment or the configuration says.</summary>
    /// <exception cref="CommandException">It is none of the types (2).</exception>
    public static KvType Of(FoundSetting found) => found.Single()?.ToLowerInvariant() switch
    {
        "f32" or null => KvType.F32,
        "q8" => KvType.Q8,
        var other => throw CommandException.Usage($"{found.Whose} is '{other}'; it must be f32 or q8"),
    };

    /// <summary>What a type is called.</summary>
    public static string NameOf(KvType type) => type == KvType.Q8 ? "q8" : "f32";
}
