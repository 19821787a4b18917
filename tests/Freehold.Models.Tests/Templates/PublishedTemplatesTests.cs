using System.Text.Json.Nodes;
using Freehold.Models.Templates;
using Xunit;

namespace Freehold.Models.Tests.Templates;

public sealed class PublishedTemplatesTests
{
    public static TheoryData<string> Names => PublishedTemplates.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_published_template_renders_as_in_Python(string name)
    {
        var data = PublishedTemplates.Load();
        var template = ChatTemplate.Parse(PublishedTemplates.Source(name));
        var expected = data.Expected["expected"]![name]!.AsObject();
        Assert.Equal(data.Cases.Select(pair => pair.Key), expected.Select(pair => pair.Key));
        var differences = new List<string>();
        foreach (var (label, input) in data.Cases)
        {
            var (kind, wanted) = expected[label]!.AsObject().Single();
            var (gotKind, got) = Render(template, input!.AsObject(), data.Settings);
            var right = kind switch
            {
                "text" => gotKind == "text" && got == wanted!.GetValue<string>(),
                "refused" => gotKind == "refused" && got == wanted!.GetValue<string>(),
                "error" => gotKind is "error" or "refused",
                _ => throw new InvalidDataException(kind),
            };
            if (!right) differences.Add($"{label}: expected {kind} <<{wanted}>>, got {gotKind} <<{got}>>");
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void The_folder_holds_the_templates_that_the_expectations_name()
    {
        var data = PublishedTemplates.Load();
        Assert.Equal(68, data.Expected["expected"]!.AsObject().Count);
        Assert.Equal(data.Expected["expected"]!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal), Names.Select(row => row.Data));
    }

    internal static (string Kind, string Text) Render(ChatTemplate template, JsonObject input, TemplateSettings settings)
    {
        try
        {
            return ("text", template.Render(input, settings).Text);
        }
        catch (TemplateRefusedException refused)
        {
            return ("refused", refused.Message);
        }
        catch (TemplateErrorException error)
        {
            return ("error", error.Message);
        }
    }
}
