using System.Text;

namespace Freehold.Engine.Tests.Fakes;

/// <summary>Models that want to say something, whatever the prompt. One answer at a time.</summary>
internal static class Speaker
{
    /// <summary>Wants these tokens, then an end.</summary>
    public static RememberingModel Of(int vocabulary, params int[] tokens)
    {
        var length = 0;
        var model = new RememberingModel(vocabulary, context: 1 << 15);
        model.Watch = batch => length = batch.Sequences[0].StartPosition == 0 ? 0 : length;
        model.Script = (known, logits) =>
        {
            length = length == 0 ? known.Length : length;
            logits[known.Length - length < tokens.Length ? tokens[known.Length - length] : ByteTokenizer.Eos] = 50;
        };
        return model;
    }

    /// <summary>Wants this text, byte by byte.</summary>
    public static RememberingModel Of(string text) => Of(258, [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)]);
}
