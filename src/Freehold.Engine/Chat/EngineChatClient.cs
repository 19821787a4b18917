using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Freehold.Engine.Streams;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>
/// The engine as an <see cref="IChatClient"/>. Of <see cref="ChatOptions"/> it honours Temperature, TopP, TopK, FrequencyPenalty, PresencePenalty, Seed, StopSequences,
/// MaxOutputTokens, ModelId, Instructions, ResponseFormat (JSON, with or without a schema), and in AdditionalProperties: <c>min_p</c>, <c>typical_p</c>, <c>repetition_penalty</c>, <c>repetition_window</c> (how many of the last tokens it looks at; 0: all), <c>logit_bias</c>
/// (<c>IReadOnlyDictionary&lt;int, float&gt;</c>), <c>logprobs</c>, <c>top_logprobs</c>, <c>prompt_logprobs</c>, <c>raw_prompt</c>, <c>prompt_token_ids</c>, <c>regex</c>, <c>grammar</c> (GBNF), <c>tenant</c>, <c>client</c> and <c>chat_template_kwargs</c>.
/// Everything else is refused. Log-probabilities come back under <c>logprobs</c>, the prompt's own under <c>prompt_logprobs</c> (with the first update),
/// the stop string that ended the answer under <c>stop_sequence</c> (with the last).
/// MaxOutputTokens 0 computes the prompt and answers nothing.
/// </summary>
/// <param name="engine">The engine; it outlives this client.</param>
/// <param name="clock">For the answers' time of creation.</param>
public sealed class EngineChatClient(InferenceEngine engine, TimeProvider? clock = null) : IChatClient
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly ChatPrompt _prompt = new(engine.Model.Id, engine.Model.Render);
    private readonly ChatClientMetadata _metadata = new("freehold", defaultModelId: engine.Model.Id);

    /// <inheritdoc/>
    /// <exception cref="RequestRefusedException">The request cannot be honoured.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var text = new StringBuilder();
        JsonArray logProbabilities = [];
        var further = new AdditionalPropertiesDictionary();
        ChatResponseUpdate? last = null;
        await foreach (var update in Stream([.. messages], options?.Clone(), cancellationToken).ConfigureAwait(false))
        {
            text.Append(update.Text);
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
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text.ToString()))
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
        var (stream, prompt, parameters) = Begin(messages, options, cancellationToken);
        var scores = stream.PromptScores;
        await foreach (var update in stream.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var isShown = parameters.MaxTokens != 0;
            if (parameters.LogProbabilities && isShown)
                (logProbabilities ??= []).Add((JsonNode)LogProbabilityJson.Of(update, engine.Model.Tokenizer));
            var isLast = update.FinishReason != FinishReason.None;
            if (update.Text.Length == 0 && !isLast)
                continue;
            var shown = new ChatResponseUpdate(ChatRole.Assistant, isShown ? update.Text : "")
            {
                ResponseId = id,
                MessageId = id,
                ModelId = engine.Model.Id,
                CreatedAt = created,
            };
            if (logProbabilities is not null || scores is not null)
                shown.AdditionalProperties = [];
            if (logProbabilities is not null)
                shown.AdditionalProperties!["logprobs"] = logProbabilities;
            if (scores is not null)
                shown.AdditionalProperties!["prompt_logprobs"] = LogProbabilityJson.Of(prompt, scores, engine.Model.Tokenizer);
            (logProbabilities, scores) = (null, null);
            if (isLast && isShown && stream.StopString is { } stop)
                (shown.AdditionalProperties ??= [])["stop_sequence"] = stop;
            if (isLast)
            {
                shown.FinishReason = isShown ? Reason(update.FinishReason) : ChatFinishReason.Length;
                shown.Contents.Add(new UsageContent(Usage(update.Usage, isShown)));
            }
            yield return shown;
        }
    }

    private (GenerationStream Stream, IReadOnlyList<int> Prompt, ChatParameters Parameters) Begin(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        options ??= new ChatOptions();
        if (options.ModelId is { } asked && asked != engine.Model.Id)
            throw new RequestRefusedException(RefusalCodes.ModelNotFound, $"the model '{asked}' was asked for; this engine serves '{engine.Model.Id}'", "model");
        var parameters = new ChatParameters(options);
        var prompt = PromptOf(messages, parameters);
        try
        {
            var stream = engine.Submit(new GenerationRequest
            {
                Prompt = prompt,
                MaxTokens = parameters.MaxTokens == 0 ? 1 : parameters.MaxTokens, // the prompt alone: the step that ends it samples a token, which is not shown
                Sampling = parameters.Sampling,
                StopStrings = parameters.StopStrings,
                Constraint = parameters.Constraint,
                LogProbabilities = parameters.LogProbabilities,
                TopLogProbabilities = parameters.TopLogProbabilities,
                PromptLogProbabilities = parameters.PromptLogProbabilities,
                Tenant = parameters.Tenant,
                Client = parameters.Client,
            }, cancellationToken);
            return (stream, prompt, parameters);
        }
        catch (RequestRefusedException refused) when (refused.Parameter == "prompt" && parameters is { RawPrompt: null, PromptTokens: null })
        {
            throw new RequestRefusedException(refused.Code, refused.Message, "messages");
        }
    }

    private IReadOnlyList<int> PromptOf(IEnumerable<ChatMessage> messages, ChatParameters parameters)
    {
        if (parameters.PromptTokens is { } ids)
            return ids;
        var tokenizer = engine.Model.Tokenizer;
        return parameters.RawPrompt is { } raw
            ? tokenizer.Encode(raw)
            : tokenizer.Encode(_prompt.Render(messages, parameters.Instructions, parameters.TemplateVariables).Prompt);
    }

    private static string NewId() => $"chatcmpl-{Guid.NewGuid():N}";

    private static ChatFinishReason Reason(FinishReason reason) => reason == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private static UsageDetails Usage(GenerationUsage usage, bool isShown) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = isShown ? usage.GeneratedTokens : 0,
        TotalTokenCount = usage.PromptTokens + (isShown ? usage.GeneratedTokens : 0),
        CachedInputTokenCount = usage.CachedTokens,
    };
}
