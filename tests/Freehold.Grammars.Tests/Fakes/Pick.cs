using Freehold.Grammars.Tokens;

namespace Freehold.Grammars.Tests.Fakes;

/// <summary>Chooses tokens as a model that knows nothing would.</summary>
internal static class Pick
{
    /// <summary>One of the allowed ones, each as likely.</summary>
    public static int Any(TokenSet allowed, Random random)
    {
        var skip = random.Next(allowed.Size);
        for (var token = 0; ; token++)
            if (allowed[token] && skip-- == 0)
                return token;
    }

    /// <summary>A text of at most so many tokens; when they run out, its shortest ending. Null where not even that fits.</summary>
    public static byte[]? Text(CompiledGrammar grammar, int maxTokens, Random random)
    {
        var (state, allowed, text) = (grammar.Begin(), new TokenSet(grammar.Vocabulary.Count), new List<byte>());
        if (grammar.ShortestTokens > maxTokens)
            return null;
        for (var left = maxTokens; left > 0 && !state.IsFinished; left--)
        {
            state.Fill(allowed);
            var token = Any(allowed, random);
            // Long texts are dull: some tries for a token that isn't a word.
            for (var tries = random.Next(6); tries > 0 && grammar.Vocabulary[token] is [>= (byte)'a', ..]; tries--)
                token = Any(allowed, random);
            if (grammar.Vocabulary.EndOfGeneration.Contains(token))
                break;
            if (!state.CanEndAfter(token, left - 1))
            {
                foreach (var last in state.Ending(left)!)
                {
                    Assert.True(state.TryTake(last));
                    text.AddRange(grammar.Vocabulary[last]);
                }
                break;
            }
            Assert.True(state.TryTake(token));
            text.AddRange(grammar.Vocabulary[token]);
        }
        Assert.True(state.IsComplete);
        return [.. text];
    }
}
