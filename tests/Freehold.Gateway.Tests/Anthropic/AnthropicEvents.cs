using System.Text.Json.Nodes;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Anthropic;

/// <summary>Reads a message that is streamed.</summary>
internal static class AnthropicEvents
{
    /// <summary>The events of a stream: each has its name in a line of its own, and in its data.</summary>
    public static async Task<List<JsonNode>> EventsAsync(this RunningGateway gateway, string body)
    {
        var stream = await gateway.StreamAsync("/v1/messages", body);
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        return [.. stream[..^2].Split("\n\n").Select(text =>
        {
            var lines = text.Split('\n');
            Assert.Equal(2, lines.Length);
            var data = JsonNode.Parse(lines[1]["data: ".Length..])!;
            Assert.Equal($"event: {(string)data["type"]!}", lines[0]);
            return data;
        })];
    }
}
