using System.Reflection;
using System.Text.RegularExpressions;
using Freehold.Engine.Refusals;
using Freehold.Gateway.Serving;

namespace Freehold.Tests;

/// <summary>docs/errors.md and the codes that the program can give are the same.</summary>
public partial class ErrorCatalogueTests
{
    private static readonly string Root = SharedData.Root;

    private static HashSet<string> Codes => [.. new[] { typeof(ErrorCodes), typeof(RefusalCodes) }
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(code => (string)code.GetRawConstantValue()!)];

    [GeneratedRegex(@"^\| \d{3}(?:, \d{3})* \| `([a-z_]+)` \| (.+?) \| (.+?) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    // A status and a code side by side, or a code as the last word of a refused field.
    [GeneratedRegex("""Refusal\((?:\d{3}|StatusCodes\.\w+|\w+\.StatusCode), "|RefusedException\.Field\([^\n]*, "[a-z]+_[a-z_]+"\);""")]
    private static partial Regex LiteralCode();

    [Fact]
    public async Task Every_code_has_a_row_with_when_it_comes_and_what_to_do_and_no_row_has_no_code()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "errors.md"), TestContext.Current.CancellationToken);
        var rows = Row().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(rows.Count, rows.Distinct().Count());
        Assert.Equal(Codes.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_refusal_has_a_code_that_is_written_where_it_is_given()
    {
        var found = new List<string>();
        foreach (var folder in new[] { "Freehold.Gateway", "Freehold", "Freehold.Engine" })
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, "src", folder), "*.cs", SearchOption.AllDirectories))
                if (!file.Contains("/obj/", StringComparison.Ordinal) && LiteralCode().Match(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)) is { Success: true } literal)
                    found.Add($"{file}: {literal.Value}");
        Assert.Empty(found);
    }
}
