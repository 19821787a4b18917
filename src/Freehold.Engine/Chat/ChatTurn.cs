using System.Text.Json;
using Freehold.Engine.Constraints;
using Freehold.Engine.Refusals;
using Freehold.Engine.Streams;
using Freehold.Engine.Tools;
using Freehold.Grammars;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Chat;

/// <summary>One answer to a conversation, begun.</summary>
/// <param name="Stream">Its tokens.</param>
/// <param name="Prompt">The prompt's token ids.</param>
/// <param name="Parameters">What was asked for.</param>
/// <param name="Answer">Parts its text into thinking, text and calls; null where all of it is text.</param>
/// <param name="Unenforced">What of the schemas is not enforced: <c>#pointer</c>, or <c>tool#pointer</c>.</param>
internal sealed record ChatTurn(GenerationStream Stream, IReadOnlyList<int> Prompt, ChatParameters Parameters, AnswerContents? Answer, IReadOnlyList<string> Unenforced)
{
    /// <summary>Makes the prompt and hands it to the engine.</summary>
    /// <exception cref="RequestRefusedException">The request cannot be honoured.</exception>
    public static ChatTurn Begin(InferenceEngine engine, ChatPrompt template, IEnumerable<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken)
    {
        if (options.ModelId is { } asked && asked != engine.Model.Id)
            throw new RequestRefusedException(RefusalCodes.ModelNotFound, $"the model '{asked}' was asked for; this engine serves '{engine.Model.Id}'", "model");
        var parameters = new ChatParameters(options);
        var (prompt, rendered) = PromptOf(engine, template, messages, parameters);
        var constraint = ConstraintOf(engine.Model, parameters, rendered);
        var unenforced = constraint is null ? [] : UnenforcedOf(engine, constraint);
        var answer = AnswerOf(engine.Model, parameters, rendered, unenforced.Count == 0);
        try
        {
            var stream = engine.Submit(new GenerationRequest
            {
                Prompt = prompt,
                MaxTokens = parameters.MaxTokens == 0 ? 1 : parameters.MaxTokens, // the prompt alone: the step that ends it samples a token, which is not shown
                Sampling = parameters.Sampling,
                StopStrings = parameters.StopStrings,
                Constraint = constraint,
                Thinking = parameters.ThinkingBudget != 0 && rendered is not null && engine.Model.Answers?.Reasoning is { } reasoning
                    ? new ThinkingCeiling(parameters.ThinkingBudget, reasoning, reasoning.StartsInside(rendered)) : null,
                Prediction = parameters.Prediction is { Length: > 0 } prediction ? engine.Model.Tokenizer.Encode(prediction, parseSpecial: false, addSpecial: false) : null,
                LogProbabilities = parameters.LogProbabilities,
                TopLogProbabilities = parameters.TopLogProbabilities,
                PromptLogProbabilities = parameters.PromptLogProbabilities,
                Tenant = parameters.Tenant,
                Client = parameters.Client,
                Priority = parameters.Priority,
                FirstTokenWithin = parameters.FirstTokenWithin,
            }, cancellationToken);
            return new ChatTurn(stream, prompt, parameters, answer, unenforced);
        }
        catch (RequestRefusedException refused) when (refused.Parameter == "prompt" && parameters is { RawPrompt: null, PromptTokens: null })
        {
            throw new RequestRefusedException(refused.Code, refused.Message, "messages");
        }
    }

    private static (IReadOnlyList<int> Ids, string? Rendered) PromptOf(InferenceEngine engine, ChatPrompt template, IEnumerable<ChatMessage> messages, ChatParameters parameters)
    {
        if (parameters.PromptTokens is { } ids)
            return (ids, null);
        var tokenizer = engine.Model.Tokenizer;
        if (parameters.RawPrompt is { } raw)
            return (tokenizer.Encode(raw), null);
        var prompt = template.Render(messages, parameters).Prompt;
        return (tokenizer.Encode(prompt), prompt.Text);
    }

    // A prompt that began the thinking leaves it to the model to end it; what is constrained comes behind that.
    private static Constraint? ConstraintOf(EngineModel model, ChatParameters parameters, string? rendered)
    {
        var reasoning = rendered is null ? null : model.Answers?.Reasoning;
        var startsInside = reasoning?.StartsInside(rendered!) is true;
        if (parameters.Tools is { } tools)
            return CallConstraint.Of(model.Answers!.Calls!, reasoning, startsInside, tools, parameters.Constraint);
        return startsInside && parameters.Constraint is { } constraint ? constraint with { Around = new Surroundings { After = reasoning!.Closes } } : parameters.Constraint;
    }

    private static IReadOnlyList<string> UnenforcedOf(InferenceEngine engine, Constraint constraint)
    {
        if (constraint.Text is { } text)
            engine.Compile(text); // what is wrong with it is told under its own name
        var gaps = engine.Compile(constraint).Unenforced;
        return constraint.Kind == ConstraintKind.JsonSchema ? [.. gaps.Select(pointer => "#" + pointer)] : gaps;
    }

    private static AnswerContents? AnswerOf(EngineModel model, ChatParameters parameters, string? rendered, bool isWhollyEnforced)
    {
        if (rendered is null || model.Answers is not { } format || (parameters.Tools is null && format.Reasoning is null))
            return null;
        // Arguments are told early only where nothing can be wrong with them in the end.
        var streamsArguments = isWhollyEnforced && (parameters.Tools is { IsForced: true } || format.Calls is { BeginsAnswer: false });
        return new AnswerContents(format.Parse(rendered, parameters.Tools?.Names), streamsArguments, IsValid);

        bool IsValid(string name, JsonElement arguments) =>
            parameters.Tools!.Callable.FirstOrDefault(tool => tool.Name == name) is { } tool && new SchemaCheck(tool.Schema).Holds(arguments);
    }
}
