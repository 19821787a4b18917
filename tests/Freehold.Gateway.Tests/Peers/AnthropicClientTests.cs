using Freehold.Gateway.Identity;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Peers;

public class AnthropicClientTests
{
    [Fact]
    public async Task The_client_of_Anthropic_works_as_it_is()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Key = new ApiKey("right") }, text: new ByteText());
        await VendorClients.RunAsync("@anthropic-ai/sdk", "anthropic-client.mjs", gateway.Address);
    }

    [Fact]
    public async Task The_client_of_Anthropic_and_its_tool_runner_call_tools()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Key = new ApiKey("right") }, text: new ByteText());
        CallingScript.CallThenAnswer(gateway.Model);
        await VendorClients.RunAsync("@anthropic-ai/sdk", "anthropic-tools.mjs", gateway.Address);
    }
}
