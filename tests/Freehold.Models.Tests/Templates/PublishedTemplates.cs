using System.Text.Json.Nodes;
using Freehold.Models.Templates;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Templates;

/// <summary>The published templates of <c>../shared/data/chat-templates</c> and what Python gives for them.</summary>
internal sealed class PublishedTemplates
{
    private const string Folder = "data/chat-templates";

    private PublishedTemplates(JsonObject expected) => Expected = expected;

    public JsonObject Expected { get; }

    public JsonObject Cases => Expected["cases"]!.AsObject();

    public TemplateSettings Settings => new()
    {
        BosToken = "<s>",
        EosToken = "</s>",
        Now = DateTimeOffset.Parse(Expected["now"]!.GetValue<string>() + "Z"),
    };

    public static PublishedTemplates Load() =>
        new(JsonNode.Parse(File.ReadAllText(Path.Combine(SharedData.Require(Folder), "expected.json")))!.AsObject());

    public static string Source(string name) => File.ReadAllText(Path.Combine(SharedData.Require(Folder), name));

    /// <summary>The names of the templates there are here; a name that says so where there are none, so that the theory still shows.</summary>
    public static TheoryData<string> Names()
    {
        var folder = Path.GetFullPath(Path.Combine(SharedData.Root, "..", "shared", Folder));
        var names = new TheoryData<string>();
        if (!Directory.Exists(folder))
        {
            names.Add("absent");
            return names;
        }
        foreach (var file in Directory.EnumerateFiles(folder, "*.jinja").Order(StringComparer.Ordinal)) names.Add(Path.GetFileName(file));
        return names;
    }
}
