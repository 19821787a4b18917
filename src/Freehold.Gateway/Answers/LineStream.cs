using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Answers;

/// <summary>A JSON document a line.</summary>
internal sealed class LineStream(HttpResponse response) : JsonStream(response, "application/x-ndjson")
{
    protected override void Begin(IBufferWriter<byte> buffer, string? name)
    {
    }

    protected override void End(IBufferWriter<byte> buffer) => buffer.Write("\n"u8);
}
