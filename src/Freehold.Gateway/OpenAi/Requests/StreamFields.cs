using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Requests;

/// <summary>Whether an answer is streamed, and with usage at its end.</summary>
internal readonly record struct StreamFields(bool Stream, bool IncludeUsage)
{
    public static StreamFields Take(Fields fields)
    {
        var stream = fields.TakeBoolean("stream") ?? false;
        if (!fields.TryTake("stream_options", out var value))
            return new StreamFields(stream, false);
        if (!stream)
            throw RefusedException.Field("stream_options", "'stream_options' is only allowed when 'stream' is true.");
        var options = fields.Child("stream_options", value);
        var usage = options.TakeBoolean("include_usage") ?? false;
        options.Finish();
        return new StreamFields(true, usage);
    }
}
