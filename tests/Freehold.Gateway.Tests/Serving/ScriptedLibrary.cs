using System.Runtime.CompilerServices;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Tests.Serving;

/// <summary>A library that does as a test says, and remembers what it was asked.</summary>
internal sealed class ScriptedLibrary : IModelLibrary
{
    /// <summary>What was asked, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>The news of a pull.</summary>
    public IReadOnlyList<PullProgress> News { get; set; } = [new("pulling a.gguf", "a.gguf", 10, 4), new("pulling a.gguf", "a.gguf", 10, 10), new("success")];

    /// <summary>Awaited before each piece of news; what it throws, the pull throws.</summary>
    public Func<int, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>What a change throws; null for nothing.</summary>
    public Refusal? Refusal { get; set; }

    public IReadOnlyList<PullableModel> Recommended => [];

    public async IAsyncEnumerable<PullProgress> PullAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Asked.Add($"pull {name}");
        for (var i = 0; i < News.Count; i++)
        {
            await Before(i);
            cancellationToken.ThrowIfCancellationRequested();
            yield return News[i];
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => Do($"delete {name}");

    public Task CopyAsync(string source, string destination, CancellationToken cancellationToken) => Do($"copy {source} {destination}");

    private Task Do(string what)
    {
        Asked.Add(what);
        return Refusal is null ? Task.CompletedTask : throw new RefusedException(Refusal);
    }
}
