using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Freehold.Engine.Streams;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>
/// The engine as an <see cref="IChatClient"/>. Of <see cref="ChatOptions"/> it honours Temperature, TopP, TopK, FrequencyPenalty, PresencePenalty, Seed, StopSequences,
/// MaxOutputTokens, ModelId, Instructions, ResponseFormat (JSON, with or without a schema; with tools the answer is calls or such a text), Reasoning, Tools (<see cref="AIFunctionDeclaration"/>, whose property <c>strict</c> is honoured), ToolMode,
/// AllowMultipleToolCalls, and in AdditionalProperties: <c>strict</c> (of the response's schema; true unless given), <c>min_p</c>, <c>typical_p</c>, <c>repetition_penalty</c>, <c>repetition_window</c> (how many of the last tokens it looks at; 0: all), <c>logit_bias</c>
/// (<c>IReadOnlyDictionary&lt;int, float&gt;</c>), <c>logprobs</c>, <c>top_logprobs</c>, <c>prompt_logprobs</c>, <c>raw_prompt</c>, <c>prompt_token_ids</c>, <c>regex</c>, <c>grammar</c> (GBNF), <c>tenant</c>, <c>client</c>, <c>priority</c> (<c>interactive</c> or <c>batch</c>), <c>first_token_within</c> (<see cref="TimeSpan"/>), <c>chat_template_kwargs</c>,
/// <c>thinking</c> (on or off) and <c>reasoning_effort</c> (for templates that take it; both before <see cref="ChatOptions.Reasoning"/>), <c>thinking_budget</c> (tokens, after which the thinking is closed for the model), <c>allowed_tools</c> (<c>string[]</c>: those that may be called now) and
/// <c>prediction</c> (text that the answer is expected to hold, a source of guesses; of those the usage counts <c>accepted_prediction_tokens</c> and <c>rejected_prediction_tokens</c>; of all guesses, where there were any, <c>drafted_tokens</c> and <c>accepted_drafted_tokens</c>).
/// Everything else is refused. Log-probabilities come back under <c>logprobs</c>, the prompt's own under <c>prompt_logprobs</c> (with the first update),
/// the stop string that ended the answer under <c>stop_sequence</c> (with the last). Usage counts <c>queued_milliseconds</c> beside tokens.
/// MaxOutputTokens 0 computes the prompt and answers nothing. A call of a tool comes as <see cref="FunctionCallContent"/> once it is whole; before that its pieces come under <c>tool_calls</c>
/// (<see cref="AnswerContents.TakePieces"/>). What of a schema is not enforced comes first, under <c>unenforced</c> (<c>string[]</c>: <c>#pointer</c>, or <c>tool#pointer</c>).
/// </summary>
/// <param name="engine">The engine; it outlives this client.</param>
/// <param name="clock">For the answers' time of creation.</param>
public sealed class EngineChatClient(InferenceEngine engine, TimeProvider? clock = null) : IChatClient
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly ChatPrompt _prompt = new(engine.Model.Id, engine.Model.Render, engine.Model.Answers);
    private readonly ChatClientMetadata _metadata = new("freehold", defaultModelId: engine.Model.Id);

    /// <inheritdoc/>
    /// <exception cref="RequestRefusedException">The request cannot be honoured.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var (text, thinking) = (new StringBuilder(), new StringBuilder());
        var calls = new List<AIContent>();
        JsonArray logProbabilities = [];
        var further = new AdditionalPropertiesDictionary();
        ChatResponseUpdate? last = null;
        await foreach (var update in Stream([.. messages], options?.Clone(), cancellationToken).ConfigureAwait(false))
        {
            text.Append(update.Text);
            thinking.AppendJoin("", update.Contents.OfType<TextReasoningContent>().Select(part => part.Text));
            calls.AddRange(update.Contents.OfType<FunctionCallContent>());
            if (update.AdditionalProperties?.TryGetValue("unenforced", out var unenforced) is true)
                further["unenforced"] = unenforced;
            if (update.AdditionalProperties?.TryGetValue("prompt_logprobs", out var scores) is true)
                further["prompt_logprobs"] = scores;
            if (update.AdditionalProperties?.TryGetValue("logprobs", out var found) is true)
                foreach (var entry in (JsonArray)found!)
                    logProbabilities.Add(entry!.DeepClone());
            if (update.AdditionalProperties?.TryGetValue("stop_sequence", out var stop) is true)
                further["stop_sequence"] = stop;
            last = update;
        }
        if (logProbabilities.Count > 0)
            further["logprobs"] = logProbabilities;
        List<AIContent> contents = [new TextContent(text.ToString()), .. calls];
        if (thinking.Length > 0)
            contents.Insert(0, new TextReasoningContent(thinking.ToString()));
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents))
        {
            ResponseId = last!.ResponseId,
            ModelId = engine.Model.Id,
            CreatedAt = last.CreatedAt,
            FinishReason = last.FinishReason,
            Usage = last.Contents.OfType<UsageContent>().Single().Details,
            AdditionalProperties = further.Count > 0 ? further : null,
        };
    }

    /// <inheritdoc/>
    /// <exception cref="RequestRefusedException">The request cannot be honoured.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Stream([.. messages], options?.Clone(), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : serviceType.IsInstanceOfType(engine) ? engine
        : null;

    /// <inheritdoc/>
    public void Dispose() { }

    private async IAsyncEnumerable<ChatResponseUpdate> Stream(IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (id, created) = (NewId(), _clock.GetUtcNow());
        // Log-probabilities of tokens whose text is held back go with the text that follows.
        JsonArray? logProbabilities = null;
        var turn = ChatTurn.Begin(engine, _prompt, messages, options ?? new ChatOptions(), cancellationToken);
        var (stream, parameters, answer) = (turn.Stream, turn.Parameters, turn.Answer);
        var scores = stream.PromptScores;
        if (turn.Unenforced.Count > 0)
            yield return new ChatResponseUpdate
            {
                Role = ChatRole.Assistant,
                ResponseId = id,
                MessageId = id,
                ModelId = engine.Model.Id,
                CreatedAt = created,
                AdditionalProperties = new() { ["unenforced"] = turn.Unenforced.ToArray() },
            };
        await foreach (var update in stream.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var isShown = parameters.MaxTokens != 0;
            if (parameters.LogProbabilities && isShown)
                (logProbabilities ??= []).Add((JsonNode)LogProbabilityJson.Of(update, engine.Model.Tokenizer));
            var isLast = update.FinishReason != FinishReason.None;
            if (update.Text.Length == 0 && !isLast)
                continue;
            var text = isShown ? update.Text : "";
            IList<AIContent> contents = answer is null ? [new TextContent(text)] : answer.Feed(text, isLast);
            var pieces = answer?.TakePieces();
            if (contents.Count == 0 && pieces is null && !isLast)
                continue;
            var shown = new ChatResponseUpdate(ChatRole.Assistant, contents)
            {
                ResponseId = id,
                MessageId = id,
                ModelId = engine.Model.Id,
                CreatedAt = created,
            };
            Attach(shown, "logprobs", logProbabilities);
            Attach(shown, "prompt_logprobs", scores is null ? null : LogProbabilityJson.Of(turn.Prompt, scores, engine.Model.Tokenizer));
            Attach(shown, "tool_calls", pieces);
            (logProbabilities, scores) = (null, null);
            if (isLast && isShown && stream.StopString is { } stop)
                (shown.AdditionalProperties ??= [])["stop_sequence"] = stop;
            if (isLast)
            {
                shown.FinishReason = isShown ? Reason(update.FinishReason, answer) : ChatFinishReason.Length;
                shown.Contents.Add(new UsageContent(Usage(update.Usage, isShown, parameters.Prediction is not null)));
            }
            yield return shown;
        }
    }

    private static void Attach(ChatResponseUpdate update, string name, JsonArray? entries)
    {
        if (entries is not null)
            (update.AdditionalProperties ??= [])[name] = entries;
    }

    private static string NewId() => $"chatcmpl-{Guid.NewGuid():N}";

    // An answer in which a call was cut is never one that asks for calls.
    private static ChatFinishReason Reason(FinishReason reason, AnswerContents? answer) => reason == FinishReason.Length ? ChatFinishReason.Length
        : answer is { WholeCalls: > 0, IsCut: false } ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop;

    private static UsageDetails Usage(GenerationUsage usage, bool isShown, bool isPredicted) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = isShown ? usage.GeneratedTokens : 0,
        TotalTokenCount = usage.PromptTokens + (isShown ? usage.GeneratedTokens : 0),
        CachedInputTokenCount = usage.CachedTokens,
        AdditionalCounts = CountsOf(usage, isPredicted),
    };

    private static AdditionalPropertiesDictionary<long> CountsOf(GenerationUsage usage, bool isPredicted)
    {
        var counts = new AdditionalPropertiesDictionary<long> { ["queued_milliseconds"] = (long)usage.Queued.TotalMilliseconds };
        if (usage.DraftedTokens > 0)
            (counts["drafted_tokens"], counts["accepted_drafted_tokens"]) = (usage.DraftedTokens, usage.AcceptedTokens);
        if (!isPredicted)
            return counts;
        counts["accepted_prediction_tokens"] = usage.AcceptedPredictedTokens;
        counts["rejected_prediction_tokens"] = usage.PredictedTokens - usage.AcceptedPredictedTokens;
        return counts;
    }
}
