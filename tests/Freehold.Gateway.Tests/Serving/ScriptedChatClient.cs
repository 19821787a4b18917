using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.Serving;

/// <summary>A model whose every answer is a script; remembers what it was asked.</summary>
internal sealed class ScriptedChatClient : IChatClient
{
    private readonly List<(IReadOnlyList<ChatMessage> Messages, ChatOptions Options)> _calls = [];

    /// <summary>The calls so far.</summary>
    public IReadOnlyList<(IReadOnlyList<ChatMessage> Messages, ChatOptions Options)> Calls
    {
        get
        {
            lock (_calls)
                return [.. _calls];
        }
    }

    /// <summary>The tokens of an answer, from the call's options.</summary>
    public Func<ChatOptions, IEnumerable<string>> Tokens { get; set; } = _ => ["Pa", "ris", "."];

    /// <summary>The updates of an answer before its last one, where tokens do not say it all; replaces <see cref="Tokens"/>.</summary>
    public Func<ChatOptions, IEnumerable<ChatResponseUpdate>>? Updates { get; set; }

    /// <summary>The tokens of the prompt, told with the answer's first piece where they are asked for.</summary>
    public IReadOnlyList<string> PromptTokens { get; set; } = [];

    /// <summary>A token's log-probability.</summary>
    public Func<string, float> Logprob { get; set; } = _ => -0.25f;

    /// <summary>Awaited before each token; what it throws, the client throws.</summary>
    public Func<int, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Why answers end.</summary>
    public ChatFinishReason Finish { get; set; } = ChatFinishReason.Stop;

    /// <summary>The stop string that ends answers, told with their last piece; null for none.</summary>
    public string? StopSequence { get; set; }

    /// <summary>Completed when a generation was cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed when a generation ran to its end.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        lock (_calls)
            _calls.Add(([.. messages], options!));
        using var watch = cancellationToken.Register(() => Cancelled.TrySetResult());
        var count = 0;
        foreach (var update in Updates?.Invoke(options!) ?? [])
        {
            count++;
            yield return update;
        }
        foreach (var token in Updates is null ? Tokens(options!) : [])
        {
            await Before(count, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            var update = new ChatResponseUpdate(ChatRole.Assistant, token);
            if (options!.AdditionalProperties!.ContainsKey("logprobs"))
                update.AdditionalProperties = new() { ["logprobs"] = new JsonArray(Entry(token, count, Logprob(token))) };
            if (count == 0)
                AddPrompt(update, options);
            count++;
            yield return update;
        }
        Ended.TrySetResult();
        var last = new ChatResponseUpdate
        {
            FinishReason = Finish,
            Contents = [new UsageContent(new UsageDetails { InputTokenCount = 7, OutputTokenCount = count, TotalTokenCount = 7 + count, CachedInputTokenCount = 4 })],
        };
        if (StopSequence is not null)
            last.AdditionalProperties = new() { ["stop_sequence"] = StopSequence };
        if (count == 0)
            AddPrompt(last, options!);
        yield return last;
    }

    private void AddPrompt(ChatResponseUpdate update, ChatOptions options)
    {
        if (!options.AdditionalProperties!.ContainsKey("prompt_logprobs"))
            return;
        var entries = new JsonArray([.. PromptTokens.Select((token, id) => (JsonNode)Entry(token, id, Logprob(token)))]);
        entries[0]!["logprob"] = null;
        (update.AdditionalProperties ??= [])["prompt_logprobs"] = entries;
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private static JsonObject Entry(string token, int id, float logprob) => new()
    {
        ["token"] = token,
        ["token_id"] = id,
        ["bytes"] = new JsonArray([.. System.Text.Encoding.UTF8.GetBytes(token).Select(b => (JsonNode)(int)b)]),
        ["logprob"] = logprob,
        ["top_logprobs"] = new JsonArray(
            new JsonObject { ["token"] = token, ["token_id"] = id, ["bytes"] = new JsonArray(1), ["logprob"] = logprob },
            new JsonObject { ["token"] = "x", ["token_id"] = 9, ["bytes"] = new JsonArray(120), ["logprob"] = float.NegativeInfinity }),
    };
}

/// <summary>Gives for each text the vector (length, 1, 0.5); where it may, it cuts texts at 512 characters.</summary>
internal sealed class LengthEmbeddings : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var most = options?.AdditionalProperties?.TryGetValue("truncate", out var cut) is true && cut is true ? 512 : int.MaxValue;
        var lengths = values.Select(text => text.Length).ToList();
        var vectors = lengths.Select(length => new Embedding<float>(new[] { Math.Min(length, most), 1f, 0.5f })).ToList();
        int[] truncated = [.. Enumerable.Range(0, lengths.Count).Where(index => lengths[index] > most)];
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(vectors)
        {
            Usage = new UsageDetails { InputTokenCount = 11 },
            AdditionalProperties = truncated.Length > 0 ? new() { ["truncated"] = truncated } : null,
        });
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", null, "lengths", 3) : null;

    public void Dispose()
    {
    }
}
