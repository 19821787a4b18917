using System.Text.Json.Nodes;

namespace Freehold.Models.Templates;

public sealed partial class ChatTemplate
{
    private const string Probe = "freehold-probe-7f3a";
    private bool? _system;

    /// <summary>Every name that the template reads: its variables (<c>enable_thinking</c>) and those it sets itself.</summary>
    public IReadOnlySet<string> ReadNames { get; }

    /// <summary>Every attribute or key that the template reads by a literal name, such as <c>tool_calls</c> and <c>reasoning_content</c>.</summary>
    public IReadOnlySet<string> ReadAttributes { get; }

    /// <summary>Whether the template reads <c>tools</c>.</summary>
    public bool SupportsTools => ReadNames.Contains("tools");

    /// <summary>Whether a system message shows in the prompt: asked of the template by rendering one.</summary>
    public bool SupportsSystemRole => _system ??= ShowsSystem();

    private bool ShowsSystem()
    {
        var input = new JsonObject
        {
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = "system", ["content"] = Probe },
                new JsonObject { ["role"] = "user", ["content"] = "Hello" }),
        };
        try
        {
            return Render(input, new TemplateSettings { BosToken = "", EosToken = "" }).Text.Contains(Probe, StringComparison.Ordinal);
        }
        catch (Exception error) when (error is TemplateRefusedException or TemplateErrorException)
        {
            return false;
        }
    }
}
