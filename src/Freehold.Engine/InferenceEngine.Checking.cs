using Freehold.Engine.Constraints;
using Freehold.Engine.Refusals;
using Freehold.Grammars;
using Freehold.Kernels.Attention;

namespace Freehold.Engine;

/// <summary>What is asked before a request is let in.</summary>
public sealed partial class InferenceEngine
{
    // The number of tokens that may be sampled, if all is well.
    private int Check(GenerationRequest request)
    {
        var prompt = request.Prompt.Count;
        if (prompt == 0)
            throw new RequestRefusedException(RefusalCodes.InvalidPrompt, "the prompt has no tokens; give at least one", "prompt");
        for (var i = 0; i < prompt; i++)
            if ((uint)request.Prompt[i] >= (uint)_core.Vocabulary)
                throw new RequestRefusedException(RefusalCodes.InvalidPrompt, $"token {i} of the prompt is {request.Prompt[i]}; this vocabulary has ids 0 to {_core.Vocabulary - 1}", "prompt");
        if (request.Thinking is { Tokens: < 1 })
            throw new RequestRefusedException(RefusalCodes.InvalidParameter, $"the thinking's ceiling is {request.Thinking.Tokens} tokens; it must be at least 1", "thinking");
        if (request.MaxTokens < 1)
            throw new RequestRefusedException(RefusalCodes.InvalidParameter, $"max_tokens is {request.MaxTokens}; it must be at least 1", "max_tokens");
        request.Sampling.Check(_core.Vocabulary);
        CheckStops(request.StopStrings);
        if (request.TopLogProbabilities is < 0 or > 20)
            throw new RequestRefusedException(RefusalCodes.InvalidParameter, $"top_logprobs is {request.TopLogProbabilities}; it must be 0 to 20", "top_logprobs");
        if (request.TopLogProbabilities > 0 && !request.LogProbabilities && !request.PromptLogProbabilities)
            throw new RequestRefusedException(RefusalCodes.InvalidParameter, "top_logprobs needs logprobs", "top_logprobs");

        if (request.PromptLogProbabilities && (long)prompt * (1 + request.TopLogProbabilities) > MaxPromptScores)
            throw new RequestRefusedException(RefusalCodes.InvalidParameter,
                $"{prompt} tokens of a prompt with {request.TopLogProbabilities} alternatives each make {(long)prompt * (1 + request.TopLogProbabilities)} log-probabilities; at most {MaxPromptScores} are kept. Shorten the prompt or ask for fewer alternatives", "logprobs");

        var budget = (long)Plan.Pages * KvLayout.PageTokens;
        if (prompt >= Plan.Context)
            throw new RequestRefusedException(RefusalCodes.ContextLengthExceeded,
                $"the prompt has {prompt} tokens; the context has {Plan.Context} positions, which leaves no room for an answer " +
                $"(the model was trained for {Model.Causal.Shape.ContextLength}, the memory for keys and values holds {budget}). Shorten the prompt", "prompt");
        return Math.Min(request.MaxTokens ?? int.MaxValue, Plan.Context - prompt);
    }

    private ConstrainedAnswer ConstrainedBy(Constraint constraint, int maxTokens)
    {
        var grammar = Check(constraint, maxTokens);
        return new ConstrainedAnswer(grammar, constraint.ReservesEnding ? grammar : constraint.Text is { } text ? Check(text, maxTokens) : null);
    }

    private CompiledGrammar Check(Constraint constraint, int maxTokens)
    {
        var grammar = Compile(constraint);
        return !constraint.ReservesEnding || grammar.ShortestTokens <= maxTokens
            ? grammar
            : throw new RequestRefusedException(RefusalCodes.InvalidParameter,
                $"max_tokens is {maxTokens}; the shortest answer that satisfies {ConstraintBook.Parameter(constraint.Kind)} needs {grammar.ShortestTokens}", "max_tokens");
    }

    private static void CheckStops(IReadOnlyList<string> stops)
    {
        if (stops.Count > 16)
            throw new RequestRefusedException(RefusalCodes.InvalidParameter, $"{stops.Count} stop strings were given; at most 16 are possible", "stop");
        foreach (var stop in stops)
            if (string.IsNullOrEmpty(stop) || System.Text.Encoding.UTF8.GetByteCount(stop) > 1024)
                throw new RequestRefusedException(RefusalCodes.InvalidParameter, "a stop string must have 1 to 1,024 bytes of UTF-8", "stop");
    }
}
