using Freehold.Engine.Refusals;
using Freehold.Engine.Sampling;
using Freehold.Engine.Sequences;
using Freehold.Grammars;
using Freehold.Grammars.Tokens;

namespace Freehold.Engine.Constraints;

/// <summary>
/// How far one answer has come in its grammar. Where an ending is reserved, a token after which the tokens left would not suffice for any ending is not taken: the shortest ending
/// is written instead, from where the answer stands. What it chooses depends on logits, parameters and the sequence only. Belongs to the engine's thread.
/// </summary>
internal sealed class ConstrainedAnswer
{
    private readonly CompiledGrammar _grammar;
    private readonly GrammarState _state;
    private GrammarState? _reserved;
    private int[]? _ending;
    private int _written;

    /// <summary>An answer that has not begun.</summary>
    /// <param name="grammar">What it must look like.</param>
    /// <param name="ending">The grammar whose endings are reserved, as long as the answer can be one of its texts: the same, a part of it, or null for none.</param>
    public ConstrainedAnswer(CompiledGrammar grammar, CompiledGrammar? ending)
    {
        (_grammar, _state) = (grammar, grammar.Begin());
        _reserved = ending == grammar ? _state : ending?.Begin();
    }

    /// <summary>Whether the shortest ending was, or is being, written because tokens ran out.</summary>
    public bool IsCutShort => _ending is not null;

    /// <summary>Whether nothing may follow: the answer is complete, or its reserved ending is written.</summary>
    public bool IsOver => _ending is null ? _state.IsFinished : _written == _ending.Length;

    /// <summary>The next token; it is taken.</summary>
    /// <param name="sampler">Chooses among what is allowed.</param>
    /// <param name="logits">The model's.</param>
    /// <param name="sequence">The answer.</param>
    /// <param name="allowed">To work in.</param>
    public int Next(Sampler sampler, ReadOnlySpan<float> logits, Sequence sequence, TokenSet allowed)
    {
        var further = sequence.MaxTokens - sequence.Generated - 1;
        if (_ending is null)
        {
            _state.Fill(allowed);
            var token = sampler.Sample(logits, sequence.Sampling, sequence.Seed, sequence.Tokens, sequence.PromptLength, allowed);
            // The token that ends an answer is no part of the text.
            if (_grammar.Vocabulary.EndOfGeneration.Contains(token))
                return token;
            if (_reserved is null || (_reserved != _state && !_reserved.CanTake(token)) || _reserved.CanEndAfter(token, further))
                return Take(token);
            _ending = _reserved.Ending(further + 1) ?? throw new GenerationFailedException("a constrained answer has no room for its ending, which was there a token ago");
            if (_ending.Length == 0)
                return _grammar.Vocabulary.EndOfGeneration is [var end, ..] ? end : Take(token);
        }
        return Take(_ending[_written++]);
    }

    /// <summary>Where the answer stands, to go on from in guesses; null while its reserved ending is written.</summary>
    public GrammarState? Ahead() => _ending is null ? _state.Copy() : null;

    /// <summary>Takes a token that was chosen elsewhere.</summary>
    public int Take(int token)
    {
        // What its ending was reserved for, the answer is no more.
        if (_reserved != _state && _reserved?.TryTake(token) is false)
            _reserved = null;
        if (!_state.TryTake(token))
            throw new GenerationFailedException($"token {token} was chosen, but may not follow under the grammar");
        return token;
    }
}
