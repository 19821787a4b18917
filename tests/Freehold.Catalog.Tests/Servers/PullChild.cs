using System.Diagnostics;

namespace Freehold.Catalog.Tests.Servers;

/// <summary>A process of its own that pulls.</summary>
internal static class PullChild
{
    public static Process Start(string home, Uri address, string sha256)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Freehold.Catalog.Child.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, home, address.AbsoluteUri, sha256])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}
