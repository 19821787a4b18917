using Freehold.Conformance.Tests.Serving;
using OllamaSharp;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;

namespace Freehold.Conformance.Tests.Clients;

/// <summary>OllamaSharp, the .NET client of Ollama.</summary>
public sealed class OllamaSharpTests : IDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private readonly HttpClient _http;
    private readonly OllamaApiClient _client;

    public OllamaSharpTests(RunningBox box)
    {
        _http = new HttpClient { BaseAddress = new Uri(box.Address), DefaultRequestHeaders = { { "Authorization", "Bearer " + RunningBox.Key } } };
        _client = new OllamaApiClient(_http, RunningBox.Chat);
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task A_chat_streams_to_its_end()
    {
        var text = "";
        ChatDoneResponseStream? done = null;
        await foreach (var piece in _client.ChatAsync(new ChatRequest { Model = RunningBox.Chat, Messages = [new Message(ChatRole.User, "What is the capital of France?")], Options = new RequestOptions { Temperature = 0, NumPredict = 16 } }, Cancel))
        {
            text += piece?.Message.Content;
            done = piece as ChatDoneResponseStream ?? done;
        }
        Assert.Contains("Paris", text, StringComparison.Ordinal);
        Assert.True(done!.EvalCount > 0);
    }

    [Fact]
    public async Task Models_are_listed_and_shown_with_their_capabilities()
    {
        Assert.Contains(await _client.ListLocalModelsAsync(Cancel), model => model.Name.StartsWith(RunningBox.Chat, StringComparison.Ordinal));
        var shown = await _client.ShowModelAsync(new ShowModelRequest { Model = RunningBox.Chat }, Cancel);
        Assert.Contains("completion", shown.Capabilities!);
        Assert.NotNull(await _client.GetVersionAsync(Cancel));
    }

    [Fact]
    public async Task Texts_become_vectors()
    {
        var answer = await _client.EmbedAsync(new EmbedRequest { Model = RunningBox.Embeddings, Input = ["a", "b"] }, Cancel);
        Assert.Equal([384, 384], answer.Embeddings.Select(vector => vector.Length));
    }
}
