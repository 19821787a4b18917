using System.Text.Json.Nodes;
using Freehold.Models.Templates;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Templates;

/// <summary>Small templates and what jinja2 3.1.6 gives for them; <c>python-cases.py</c> beside this file writes the expectations.</summary>
public sealed class PythonCasesTests
{
    // What jinja2 gives and we refuse on purpose; docs/templates.md gives the reasons.
    private static readonly HashSet<string> RefusedOnPurpose = ["{{ l|random }}"];

    [Fact]
    public void Small_templates_render_as_in_Python()
    {
        var file = JsonNode.Parse(File.ReadAllText(Path.Combine(SharedData.Root, "tests/Freehold.Models.Tests/Templates/python-cases.json")))!;
        var data = file["data"]!.AsObject();
        var settings = new TemplateSettings { Now = new DateTimeOffset(2026, 11, 22, 9, 30, 5, TimeSpan.Zero).AddTicks(1234560) };
        var differences = new List<string>();
        var seen = 0;
        foreach (var each in file["cases"]!.AsArray())
        {
            var source = each!["source"]!.GetValue<string>();
            var (kind, wanted) = each.AsObject().Last();
            seen++;
            string gotKind, got;
            try
            {
                (gotKind, got) = PublishedTemplatesTests.Render(ChatTemplate.Parse(source), data, settings);
            }
            catch (TemplateErrorException error)
            {
                (gotKind, got) = ("error", error.Message);
            }
            var right = RefusedOnPurpose.Contains(source) ? gotKind == "error" : kind == gotKind && (kind == "error" || got == wanted!.GetValue<string>());
            if (!right) differences.Add($"{source} : expected {kind} <<{wanted}>>, got {gotKind} <<{got}>>");
        }
        Assert.True(seen > 600, $"only {seen} cases");
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
