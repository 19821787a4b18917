using Freehold.Gateway.Identity;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Peers;

public class OllamaClientTests
{
    [Fact]
    public async Task The_client_of_Ollama_works_as_it_is()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Key = new ApiKey("right") }, text: new ByteText());
        await VendorClients.RunAsync("ollama", "ollama-client.mjs", gateway.Address);
    }

    [Fact]
    public async Task The_client_of_Ollama_calls_tools()
    {
        await using var gateway = await RunningGateway.StartAsync(options => options with { Key = new ApiKey("right") }, text: new ByteText { Traits = new("generic", Thinks: true, SwitchesThinking: true, TakesEffort: false) });
        CallingScript.CallThenAnswer(gateway.Model);
        await VendorClients.RunAsync("ollama", "ollama-tools.mjs", gateway.Address);
    }
}
