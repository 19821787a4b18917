using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Engine.Streams;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine.Chat;

/// <summary>Log-probabilities in the shape that OpenAI's clients read, with the token ids beside them.</summary>
internal static class LogProbabilityJson
{
    /// <summary>One token: token, token_id, bytes, logprob and top_logprobs.</summary>
    public static JsonObject Of(GenerationUpdate update, Tokenizer tokenizer)
    {
        var token = Entry(update.TokenId, update.LogProbability, tokenizer);
        var top = new JsonArray();
        foreach (var alternative in update.Alternatives)
            top.Add((JsonNode)Entry(alternative.TokenId, alternative.LogProbability, tokenizer));
        token["top_logprobs"] = top;
        return token;
    }

    /// <summary>The tokens of a prompt: likewise, the first with a log-probability of null, since nothing precedes it.</summary>
    public static JsonArray Of(IReadOnlyList<int> prompt, PromptScores scores, Tokenizer tokenizer)
    {
        var tokens = new JsonArray();
        for (var i = 0; i < scores.Length; i++)
        {
            var token = Entry(prompt[i], scores.LogProbability(i), tokenizer);
            if (i == 0)
                token["logprob"] = null;
            var top = new JsonArray();
            foreach (var alternative in scores.Alternatives(i))
                top.Add((JsonNode)Entry(alternative.TokenId, alternative.LogProbability, tokenizer));
            token["top_logprobs"] = top;
            tokens.Add((JsonNode)token);
        }
        return tokens;
    }

    private static JsonObject Entry(int id, float logProbability, Tokenizer tokenizer)
    {
        var written = new ArrayBufferWriter<byte>();
        tokenizer.WriteBytes(id, written, special: true);
        var bytes = new JsonArray();
        foreach (var value in written.WrittenSpan)
            bytes.Add((JsonNode)(int)value);
        return new JsonObject
        {
            ["token"] = Encoding.UTF8.GetString(written.WrittenSpan),
            ["token_id"] = id,
            ["bytes"] = bytes,
            // JSON has no infinity; OpenAI's floor stands for "never".
            ["logprob"] = float.IsFinite(logProbability) ? logProbability : -9999f,
        };
    }
}
