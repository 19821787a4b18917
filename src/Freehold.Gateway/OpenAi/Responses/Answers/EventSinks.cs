using System.Text.Json;
using Freehold.Gateway.Answers;

namespace Freehold.Gateway.OpenAi.Responses.Answers;

/// <summary>Events for a client that reads them as they come.</summary>
internal sealed class StreamedEvents(EventStream stream) : IEventSink
{
    private int _next;

    public ValueTask SendAsync<TState>(string type, TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken) =>
        stream.SendAsync((type, number: _next++, state, write), static (json, told) => EventJson.Write(json, told.type, told.number, told.state, told.write), cancellationToken, type);
}

/// <summary>Events that nobody reads: the answer is given whole.</summary>
internal sealed class UntoldEvents : IEventSink
{
    public ValueTask SendAsync<TState>(string type, TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>One event's JSON.</summary>
internal static class EventJson
{
    public static void Write<TState>(Utf8JsonWriter json, string type, int number, TState state, Action<Utf8JsonWriter, TState> write)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteNumber("sequence_number", number);
        write(json, state);
        json.WriteEndObject();
    }
}
