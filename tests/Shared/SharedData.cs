using System.Runtime.CompilerServices;

namespace Freehold.Tests;

/// <summary>Finds the repository and the test material in <c>../shared</c>; tests that need what is absent skip and say so.</summary>
internal static class SharedData
{
    /// <summary>The repository's root: the folder that holds <c>Freehold.slnx</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The path below <c>../shared</c>; skips the running test with a clear message where it is missing.</summary>
    public static string Require(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(Root, "..", "shared", relative));
        if (!File.Exists(path) && !Directory.Exists(path))
            Xunit.Assert.Skip($"needs ../shared/{relative}, which is not beside this checkout");
        return path;
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(here) ?? "." })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Freehold.slnx")))
                    return folder.FullName;
        }
        throw new DirectoryNotFoundException("Freehold.slnx was not found above the test's folder");
    }
}
