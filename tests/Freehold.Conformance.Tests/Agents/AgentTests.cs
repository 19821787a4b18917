using Freehold.Pages.Connect;

namespace Freehold.Conformance.Tests.Agents;

/// <summary>Coding agents as they come from npm, each pointed at Freehold by the very snippet that the page Connect shows, do one round trip of a tool.</summary>
public class AgentTests
{
    private const string Task = "Run the command and tell me what it printed.";

    private static string Snippet(string id, string address) =>
        Snippets.Read().All.Single(snippet => snippet.Id == id).For(new SnippetTarget(address, AgentRun.Model, AgentRun.Context, Keyed: false));

    private static void CheckRoundTrip(AgentEngine engine, string said)
    {
        Assert.True(engine.Results.Exists(result => result.Contains(AgentEngine.Printed, StringComparison.Ordinal)), $"the tool's result did not come back; offered: {string.Join(", ", engine.Offered)}\n{string.Join('\n', engine.Results)}\n{said}");
        Assert.Contains($"The command printed {AgentEngine.Printed}.", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claude_Code_runs_a_tool_over_Anthropics_dialect()
    {
        var engine = new AgentEngine("Bash");
        CheckRoundTrip(engine, await AgentRun.AskAsync("@anthropic-ai/claude-code-linux-x64/claude", engine, (address, program, _, _) =>
            ("bash", ["-ec", Snippet("claude-code", address).Replace("\nclaude\n", $"\nexec '{program}' -p '{Task}' --allowedTools Bash\n", StringComparison.Ordinal)])));
    }

    [Fact]
    public async Task Codex_runs_a_tool_over_OpenAIs_responses()
    {
        var engine = new AgentEngine("exec_command", "shell_command", "shell");
        CheckRoundTrip(engine, await AgentRun.AskAsync("@openai/codex/bin/codex.js", engine, (address, program, home, _) =>
        {
            Directory.CreateDirectory(Path.Combine(home, ".codex"));
            File.WriteAllText(Path.Combine(home, ".codex", "config.toml"), Snippet("codex", address));
            // Its sandbox wants namespaces that a build machine may not have; the command is ours.
            return (program, ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", Task]);
        }));
    }

    [Fact]
    public async Task OpenCode_runs_a_tool_over_OpenAIs_chat()
    {
        var engine = new AgentEngine("bash");
        CheckRoundTrip(engine, await AgentRun.AskAsync("opencode-linux-x64-baseline/bin/opencode", engine, (address, program, _, work) =>
        {
            File.WriteAllText(Path.Combine(work, "opencode.json"), Snippet("opencode", address));
            return (program, ["run", Task]);
        }));
    }
}
