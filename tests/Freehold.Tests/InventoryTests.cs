using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Freehold.Tests;

/// <summary>The bill of materials and the notices that <c>scripts/publish.sh</c> gives along.</summary>
public sealed class InventoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-inventory-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Error)> RunAsync(string packages)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "freehold.dll");
        var model = Path.Combine(SharedData.Root, "models", "README.md");
        var info = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Freehold.Inventory.dll"), Path.Combine(AppContext.BaseDirectory, "freehold.deps.json"), packages, program, _folder, $"{model}=Apache-2.0=https://model.example"])
        { RedirectStandardError = true };
        using var process = Process.Start(info)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, error);
    }

    private static string Packages() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    [Fact]
    public async Task Every_package_inside_is_in_the_bill_of_materials_with_licence_and_hash_and_in_the_notices()
    {
        var (code, error) = await RunAsync(Packages());
        Assert.True(code == 0, error);
        var bill = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "sbom.cdx.json")))!;
        Assert.Equal(("CycloneDX", "1.6"), ((string?)bill["bomFormat"], (string?)bill["specVersion"]));
        var components = bill["components"]!.AsArray();
        var libraries = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "freehold.deps.json")))!["libraries"]!.AsObject()
            .Where(l => (string?)l.Value!["type"] == "package").Select(l => l.Key.Replace('/', '@')).ToList();
        Assert.NotEmpty(libraries);
        Assert.Equal(libraries.Order(), components.Where(c => (string?)c!["type"] == "library").Select(c => ((string)c!["purl"]!)["pkg:nuget/".Length..]).Order());
        Assert.All(components, c =>
        {
            Assert.NotEmpty((string)c!["licenses"]![0]!["expression"]!);
            Assert.NotEmpty((string)c["hashes"]![0]!["content"]!);
        });
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "freehold.dll")))), (string?)bill["metadata"]!["component"]!["hashes"]![0]!["content"]);
        // Everything that is referred to is there.
        var known = components.Select(c => (string)c!["bom-ref"]!).Append("freehold").ToHashSet();
        Assert.All(bill["dependencies"]!.AsArray(), d => Assert.All(d!["dependsOn"]!.AsArray().Select(r => (string)r!).Append((string)d["ref"]!), r => Assert.Contains(r, known)));

        var notices = File.ReadAllText(Path.Combine(_folder, "THIRD-PARTY-NOTICES.txt"));
        Assert.All(libraries, l => Assert.Contains(l.Replace('@', ' '), notices, StringComparison.Ordinal));
        Assert.Contains("The MIT License", notices, StringComparison.Ordinal);
        Assert.Contains("https://model.example", notices, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_program_gives_the_same_documents()
    {
        await RunAsync(Packages());
        var (bill, notices) = (File.ReadAllText(Path.Combine(_folder, "sbom.cdx.json")), File.ReadAllText(Path.Combine(_folder, "THIRD-PARTY-NOTICES.txt")));
        await RunAsync(Packages());
        Assert.Equal((bill, notices), (File.ReadAllText(Path.Combine(_folder, "sbom.cdx.json")), File.ReadAllText(Path.Combine(_folder, "THIRD-PARTY-NOTICES.txt"))));
    }

    [Fact]
    public async Task A_package_that_cannot_be_read_is_an_error_and_not_left_out()
    {
        var (code, error) = await RunAsync(_folder);
        Assert.Equal(1, code);
        Assert.Contains("restore first", error, StringComparison.Ordinal);
    }
}
