namespace Freehold.Conformance.Tests.Agents;

/// <summary>Coding agents as they come from npm, each pointed at Freehold as the page Connect says, do one round trip of a tool.</summary>
public class AgentTests
{
    private const string Task = "Run the command and tell me what it printed.";

    private static void CheckRoundTrip(AgentEngine engine, string said)
    {
        Assert.True(engine.Results.Exists(result => result.Contains(AgentEngine.Printed, StringComparison.Ordinal)), $"the tool's result did not come back; offered: {string.Join(", ", engine.Offered)}\n{string.Join('\n', engine.Results)}\n{said}");
        Assert.Contains($"The command printed {AgentEngine.Printed}.", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claude_Code_runs_a_tool_over_Anthropics_dialect()
    {
        var engine = new AgentEngine("Bash");
        CheckRoundTrip(engine, await AgentRun.AskAsync("@anthropic-ai/claude-code-linux-x64/claude", engine, (address, _, _) =>
            (["-p", Task, "--model", AgentRun.Model, "--allowedTools", "Bash"], new()
            {
                ["ANTHROPIC_BASE_URL"] = address,
                ["ANTHROPIC_API_KEY"] = "none",
                ["CLAUDE_CODE_ATTRIBUTION_HEADER"] = "0",
                ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
            })));
    }

    [Fact]
    public async Task Codex_runs_a_tool_over_OpenAIs_responses()
    {
        var engine = new AgentEngine("exec_command", "shell_command", "shell");
        CheckRoundTrip(engine, await AgentRun.AskAsync("@openai/codex/bin/codex.js", engine, (address, home, _) =>
        {
            Directory.CreateDirectory(Path.Combine(home, ".codex"));
            File.WriteAllText(Path.Combine(home, ".codex", "config.toml"), $"""
                model = "{AgentRun.Model}"
                model_provider = "freehold"
                [model_providers.freehold]
                name = "Freehold"
                base_url = "{address}/v1"
                wire_api = "responses"
                """);
            // Its sandbox wants namespaces that a build machine may not have; the command is ours.
            return (["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", Task], []);
        }));
    }

    [Fact]
    public async Task OpenCode_runs_a_tool_over_OpenAIs_chat()
    {
        var engine = new AgentEngine("bash");
        CheckRoundTrip(engine, await AgentRun.AskAsync("opencode-linux-x64-baseline/bin/opencode", engine, (address, _, work) =>
        {
            File.WriteAllText(Path.Combine(work, "opencode.json"), """
                {"$schema":"https://opencode.ai/config.json","permission":{"bash":"allow"},"autoupdate":false,
                 "provider":{"freehold":{"npm":"@ai-sdk/openai-compatible","name":"Freehold","options":{"baseURL":"ADDRESS/v1","apiKey":"none"},"models":{"MODEL":{"name":"Owned"}}}}}
                """.Replace("ADDRESS", address, StringComparison.Ordinal).Replace("MODEL", AgentRun.Model, StringComparison.Ordinal));
            return (["run", "-m", $"freehold/{AgentRun.Model}", Task], []);
        }));
    }
}
