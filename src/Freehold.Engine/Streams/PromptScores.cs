namespace Freehold.Engine.Streams;

/// <summary>How likely the model found each token of a prompt, given those before it; complete before the answer's first token is read.</summary>
public sealed class PromptScores
{
    private readonly float[] _logProbabilities;
    private readonly TokenProbability[] _alternatives;
    private readonly int[] _counts;
    private readonly int _alternativesPerToken;

    internal PromptScores(int length, int alternatives)
    {
        _logProbabilities = new float[length];
        _logProbabilities[0] = float.NaN;
        _counts = new int[length];
        _alternatives = new TokenProbability[checked(length * alternatives)];
        _alternativesPerToken = alternatives;
        IsComplete = length == 1;
    }

    /// <summary>Tokens of the prompt.</summary>
    public int Length => _logProbabilities.Length;

    /// <summary>Whether every token but the first has its log-probability.</summary>
    internal bool IsComplete { get; private set; }

    /// <summary>Natural logarithm of the probability of token <paramref name="index"/> in the model's own distribution; NaN for the first, which nothing precedes.</summary>
    public float LogProbability(int index) => _logProbabilities[index];

    /// <summary>The tokens that were likeliest in its place, best first; none for the first.</summary>
    public ReadOnlySpan<TokenProbability> Alternatives(int index) => _alternatives.AsSpan(index * _alternativesPerToken, _counts[index]);

    /// <summary>Engine: where the alternatives of a token go.</summary>
    internal Span<TokenProbability> Place(int index) => _alternatives.AsSpan(index * _alternativesPerToken, _alternativesPerToken);

    /// <summary>Engine: takes a token's log-probability; tokens come in order, some of them again after an interruption.</summary>
    internal void Set(int index, float logProbability, int alternatives)
    {
        _logProbabilities[index] = logProbability;
        _counts[index] = alternatives;
        IsComplete |= index == Length - 1;
    }
}
