using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Freehold.Conformance.Tests.Agents;

/// <summary>
/// A scripted engine: asked for the first time with tools, it calls the agent's shell with one command; given the result, it repeats what the command printed. It remembers
/// what it saw. What is left to test is all between a real agent and a model.
/// </summary>
internal sealed partial class AgentEngine(params string[] shells) : IChatClient
{
    /// <summary>What the shell is told; only a shell makes 42 of it.</summary>
    public const string Command = "echo freehold-$((40+2))";

    /// <summary>What it then prints.</summary>
    public const string Printed = "freehold-42";

    /// <summary>The call of each request that offered the shell.</summary>
    public List<string> Results { get; } = [];

    /// <summary>Tools that were offered, over all requests.</summary>
    public HashSet<string> Offered { get; } = [];

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        var offered = options?.Tools?.OfType<AIFunctionDeclaration>().ToList() ?? [];
        lock (Offered)
            Offered.UnionWith(offered.Select(tool => tool.Name));
        var result = messages.LastOrDefault(message => message.Contents.Any(content => content is FunctionResultContent));
        var shell = offered.FirstOrDefault(tool => shells.Contains(tool.Name));
        var finish = ChatFinishReason.Stop;
        if (result is not null)
        {
            var told = string.Concat(result.Contents.OfType<FunctionResultContent>().Select(each => each.Result));
            lock (Results)
                Results.Add(told);
            yield return new ChatResponseUpdate(ChatRole.Assistant, $"The command printed {Marker().Match(told).Value}.");
        }
        else if (shell is not null)
        {
            finish = ChatFinishReason.ToolCalls;
            yield return new ChatResponseUpdate(ChatRole.Assistant, "Let me run it.");
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("call_1", shell.Name, ArgumentsOf(shell))]);
        }
        else
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "A title");
        }
        yield return new ChatResponseUpdate { FinishReason = finish, Contents = [new UsageContent(new UsageDetails { InputTokenCount = 100, OutputTokenCount = 9, TotalTokenCount = 109 })] };
    }

    // Each agent names its parameter for the command in its own way, and some want a description beside it.
    private static Dictionary<string, object?> ArgumentsOf(AIFunctionDeclaration shell)
    {
        var properties = shell.JsonSchema.GetProperty("properties");
        var arguments = new Dictionary<string, object?> { [properties.TryGetProperty("cmd", out _) ? "cmd" : "command"] = Command };
        if (properties.TryGetProperty("description", out _))
            arguments["description"] = "Adds two numbers";
        return arguments;
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    [GeneratedRegex("freehold-[0-9]+")]
    private static partial Regex Marker();
}
