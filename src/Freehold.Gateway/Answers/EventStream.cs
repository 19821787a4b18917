using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Answers;

/// <summary>Server-sent events (WHATWG HTML, section 9.2) whose data are JSON documents.</summary>
internal sealed class EventStream(HttpResponse response) : JsonStream(response, "text/event-stream; charset=utf-8")
{
    /// <summary>Sends an event whose data is a line that is no JSON.</summary>
    public ValueTask SendLineAsync(string data, CancellationToken cancellationToken) => WriteAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"), cancellationToken);

    protected override void Begin(IBufferWriter<byte> buffer, string? name)
    {
        if (name is not null)
            buffer.Write(Encoding.UTF8.GetBytes($"event: {name}\n"));
        buffer.Write("data: "u8);
    }

    protected override void End(IBufferWriter<byte> buffer) => buffer.Write("\n\n"u8);
}
