using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>
/// Hashes of logit bits that every machine must reproduce, committed in <c>golden.txt</c>, a name and a hash a line. A missing one fails, unless
/// <c>FREEHOLD_WRITE_GOLDEN=1</c> asks for it to be added: for review and commit, on a machine whose scalar kernels are trusted.
/// </summary>
internal static class GoldenHashes
{
    private static readonly string _path = Path.Combine(SharedData.Root, "tests", "Freehold.Models.Tests", "Oracle", "golden.txt");
    private static readonly Lock _gate = new();

    public static void Check(string name, ulong actual)
    {
        var hash = actual.ToString("x16");
        lock (_gate)
        {
            var known = File.ReadLines(_path).Select(line => line.Split('\t')).FirstOrDefault(line => line[0] == name);
            if (known is null && Environment.GetEnvironmentVariable("FREEHOLD_WRITE_GOLDEN") == "1")
                File.AppendAllText(_path, $"{name}\t{hash}\n");
            else if (known is null)
                Assert.Fail($"golden.txt has no '{name}' (here it is {hash})");
            else
                Assert.Equal(known[1], hash);
        }
    }
}
