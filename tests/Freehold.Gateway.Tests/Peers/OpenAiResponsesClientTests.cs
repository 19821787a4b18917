using System.Text.Json.Nodes;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Tests.Serving;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.Tests.Peers;

public class OpenAiResponsesClientTests
{
    [Fact]
    public async Task OpenAIs_client_uses_responses_conversations_files_and_batches_as_it_is()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Key = new ApiKey("right") }, text: new ByteText(), stores: true);
        gateway.Model.Updates = options => options.ToolMode is RequiredChatToolMode ? [Call()] : [new ChatResponseUpdate(ChatRole.Assistant, "Pa"), new ChatResponseUpdate(ChatRole.Assistant, "ris.")];
        await VendorClients.RunAsync("openai", "openai-responses.mjs", gateway.Address);
    }

    private static ChatResponseUpdate Call() => new()
    {
        Contents = [new FunctionCallContent("abcdefghi", "get_weather") { RawRepresentation = """{"city":"Bern"}""" }],
        AdditionalProperties = new() { ["tool_calls"] = new JsonArray(new JsonObject { ["index"] = 0, ["id"] = "abcdefghi", ["name"] = "get_weather", ["arguments"] = """{"city":"Bern"}""" }) },
    };
}
