using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Freehold.Engine.Streams;
using Freehold.Models.Templates;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>
/// The engine as an <see cref="IChatClient"/>. Of <see cref="ChatOptions"/> it honours Temperature, TopP, TopK, FrequencyPenalty, PresencePenalty, Seed, StopSequences,
/// MaxOutputTokens, ModelId, Instructions, ResponseFormat (JSON, with or without a schema), and in AdditionalProperties: <c>min_p</c>, <c>typical_p</c>, <c>repetition_penalty</c>, <c>logit_bias</c>
/// (<c>IReadOnlyDictionary&lt;int, float&gt;</c>), <c>logprobs</c>, <c>top_logprobs</c>, <c>raw_prompt</c>, <c>prompt_token_ids</c>, <c>regex</c>, <c>grammar</c> (GBNF), <c>tenant</c>, <c>client</c> and <c>chat_template_kwargs</c>.
/// Everything else is refused. Log-probabilities come back under <c>logprobs</c>.
/// </summary>
/// <param name="engine">The engine; it outlives this client.</param>
/// <param name="clock">For the answers' time of creation.</param>
public sealed class EngineChatClient(InferenceEngine engine, TimeProvider? clock = null) : IChatClient
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly ChatClientMetadata _metadata = new("freehold", defaultModelId: engine.Model.Id);

    /// <inheritdoc/>
    /// <exception cref="RequestRefusedException">The request cannot be honoured.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder();
        var logProbabilities = new JsonArray();
        GenerationUpdate? last = null;
        var (stream, parameters) = Begin(messages, options, cancellationToken);
        await foreach (var update in stream.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            text.Append(update.Text);
            if (parameters.LogProbabilities)
                logProbabilities.Add((JsonNode)LogProbabilityJson.Of(update, engine.Model.Tokenizer));
            last = update;
        }
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, text.ToString()))
        {
            ResponseId = NewId(),
            ModelId = engine.Model.Id,
            CreatedAt = _clock.GetUtcNow(),
            FinishReason = Reason(last!.FinishReason),
            Usage = Usage(last.Usage),
        };
        if (parameters.LogProbabilities)
            response.AdditionalProperties = new() { ["logprobs"] = logProbabilities };
        return response;
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
        var (stream, parameters) = Begin(messages, options, cancellationToken);
        await foreach (var update in stream.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (parameters.LogProbabilities)
                (logProbabilities ??= []).Add((JsonNode)LogProbabilityJson.Of(update, engine.Model.Tokenizer));
            var isLast = update.FinishReason != FinishReason.None;
            if (update.Text.Length == 0 && !isLast)
                continue;
            var shown = new ChatResponseUpdate(ChatRole.Assistant, update.Text)
            {
                ResponseId = id,
                MessageId = id,
                ModelId = engine.Model.Id,
                CreatedAt = created,
            };
            if (logProbabilities is not null)
                shown.AdditionalProperties = new() { ["logprobs"] = logProbabilities };
            logProbabilities = null;
            if (isLast)
            {
                shown.FinishReason = Reason(update.FinishReason);
                shown.Contents.Add(new UsageContent(Usage(update.Usage)));
            }
            yield return shown;
        }
    }

    private (GenerationStream Stream, ChatParameters Parameters) Begin(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        options ??= new ChatOptions();
        if (options.ModelId is { } asked && asked != engine.Model.Id)
            throw new RequestRefusedException(RefusalCodes.ModelNotFound, $"the model '{asked}' was asked for; this engine serves '{engine.Model.Id}'", "model");
        var parameters = new ChatParameters(options);
        var stream = engine.Submit(new GenerationRequest
        {
            Prompt = PromptOf(messages, parameters),
            MaxTokens = parameters.MaxTokens,
            Sampling = parameters.Sampling,
            StopStrings = parameters.StopStrings,
            Constraint = parameters.Constraint,
            LogProbabilities = parameters.LogProbabilities,
            TopLogProbabilities = parameters.TopLogProbabilities,
            Tenant = parameters.Tenant,
            Client = parameters.Client,
        }, cancellationToken);
        return (stream, parameters);
    }

    private IReadOnlyList<int> PromptOf(IEnumerable<ChatMessage> messages, ChatParameters parameters)
    {
        if (parameters.PromptTokens is { } ids)
            return ids;
        if (parameters.RawPrompt is { } raw)
            return engine.Model.Tokenizer.Encode(raw);
        if (engine.Model.Render is not { } render)
            throw new RequestRefusedException(RefusalCodes.UnsupportedModel, $"the model '{engine.Model.Id}' has no chat template; ask for a completion instead", "messages");
        var input = parameters.TemplateVariables is { } variables ? (JsonObject)variables.DeepClone() : [];
        input["messages"] = PromptMessages.Of(messages, parameters.Instructions);
        input["add_generation_prompt"] = true;
        try
        {
            return engine.Model.Tokenizer.Encode(render(input));
        }
        catch (TemplateRefusedException refused)
        {
            throw new RequestRefusedException(RefusalCodes.TemplateRefused, $"the model's chat template refuses these messages: {refused.Message}", "messages");
        }
        catch (TemplateErrorException error)
        {
            throw new RequestRefusedException(RefusalCodes.TemplateRefused, $"the model's chat template fails on these messages: {error.Message}", "messages");
        }
    }

    private static string NewId() => $"chatcmpl-{Guid.NewGuid():N}";

    private static ChatFinishReason Reason(FinishReason reason) => reason == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private static UsageDetails Usage(GenerationUsage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.GeneratedTokens,
        TotalTokenCount = usage.PromptTokens + usage.GeneratedTokens,
        CachedInputTokenCount = usage.CachedTokens,
    };
}
