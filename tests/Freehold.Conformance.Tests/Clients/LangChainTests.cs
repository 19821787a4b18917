using Freehold.Conformance.Tests.Serving;
using Freehold.Gateway.Tests.Peers;

namespace Freehold.Conformance.Tests.Clients;

/// <summary>LangChain.js over OpenAI's, Anthropic's and Ollama's dialect.</summary>
public class LangChainTests(RunningBox box)
{
    [Fact]
    public Task LangChain_chats_streams_calls_tools_and_embeds() =>
        VendorClients.RunAsync("@langchain/core", "langchain.mjs", new Uri(box.Address), RunningBox.Key, RunningBox.Chat, RunningBox.Embeddings);
}
