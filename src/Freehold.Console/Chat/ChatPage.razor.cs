using System.Security.Cryptography;
using Freehold.Pages.Hosting;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Freehold.Pages.Chat;

/// <summary>
/// The chat. The browser asks the server itself, by the door that every client uses, and keeps the chats; this shows them. So an answer outlives the page's connection.
/// </summary>
public sealed partial class ChatPage
{
    private Conversation _chat = new();
    private IReadOnlyList<ChatListed> _history = [];
    private bool _settings, _ready, _begun;
    private ElementReference _list, _box;
    private IJSObjectReference? _module;
    private DotNetObjectReference<ChatPage>? _self;

    private List<ModelCard> Chatting => [.. Directory.Models.Where(model => model.Chats)];

    private bool Busy => _chat.Messages.Exists(message => message.IsOpen);

    private string Context => Chatting.Find(model => model.Id == _chat.Model) is { } model ? $"{model.ContextLength:N0} tokens of context" : "";

    private string? Usual => (Directory.Default is { Chats: true } named ? named : Chatting.Find(model => model.Loaded is not null) ?? Chatting.FirstOrDefault())?.Id;

    protected override void OnInitialized() => _chat.Model = Usual;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        _self = DotNetObjectReference.Create(this);
        _module = await Js.InvokeAsync<IJSObjectReference>("import", EmbeddedAssets.PathOf("chat.js"));
        await _module!.InvokeVoidAsync("compose", _box, _self);
        await _module!.InvokeVoidAsync("follow", _list);
        _ready = true; // before, Enter would go nowhere
        await ListAsync();
        await _box.FocusAsync();
        if (new Uri(Navigation.Uri).Fragment is ['#', .. var id] && _history.Any(chat => chat.Id == id))
            await OpenAsync(id);
        _begun = true; // before, what was typed elsewhere would lose the focus, or the chat
        StateHasChanged();
    }

    /// <summary>The composer's text; false where it cannot be sent now, and stays. The same message twice is sent once: a lost connection may have kept the answer to it.</summary>
    [JSInvokable]
    public async Task<bool> Send(string id, string text)
    {
        if (_chat.Messages.Exists(message => message.Id == id))
            return true;
        if (Busy || _chat.Model is null)
            return false;
        _chat.Messages.Add(new Message { Id = id, Content = text });
        await AnswerAsync();
        return true;
    }

    /// <summary>More of an answer.</summary>
    /// <returns>How much of text and reasoning is here now.</returns>
    [JSInvokable]
    public int[] Extend(string id, int textAt, string text, int reasoningAt, string reasoning)
    {
        if (_chat.Messages.Find(message => message.Id == id) is not { } message)
            return [textAt + text.Length, reasoningAt + reasoning.Length]; // another chat is shown; the browser keeps this one
        if (textAt <= message.Content.Length)
            message.Content = message.Content[..textAt] + text;
        if (reasoningAt <= message.Reasoning.Length)
            message.Reasoning = message.Reasoning[..reasoningAt] + reasoning;
        StateHasChanged();
        return [message.Content.Length, message.Reasoning.Length];
    }

    /// <summary>An answer has ended.</summary>
    [JSInvokable]
    public async Task Finish(string id, AnswerFacts facts)
    {
        if (_chat.Messages.Find(message => message.Id == id) is { } message)
        {
            message.Facts = facts;
            await SaveAsync();
        }
        await ListAsync();
    }

    /// <summary>Ends the answers of this chat that are being written.</summary>
    [JSInvokable]
    public async Task StopAll()
    {
        foreach (var message in _chat.Messages.Where(message => message.IsOpen).ToList())
            await StopAsync(message);
    }

    private async Task StopAsync(Message message)
    {
        if (await _module!.InvokeAsync<bool>("stop", message.Id) || !message.IsOpen)
            return;
        message.Facts!.Finish = "interrupted"; // the connection was lost before the browser could ask
        await SaveAsync();
        StateHasChanged();
    }

    private async Task RetryAsync(Message answer)
    {
        if (Busy)
            return;
        _chat.Messages.RemoveRange(_chat.Messages.IndexOf(answer), _chat.Messages.Count - _chat.Messages.IndexOf(answer));
        await AnswerAsync();
    }

    private async Task EditAsync(Message question, string text)
    {
        if (Busy)
            return;
        var at = _chat.Messages.IndexOf(question);
        _chat.Messages.RemoveRange(at, _chat.Messages.Count - at);
        _chat.Messages.Add(new Message { Content = text });
        await AnswerAsync();
    }

    private async Task AnswerAsync()
    {
        // A seed is always sent, so that an answer can be had again.
        var facts = new AnswerFacts { Model = _chat.Model!, Settings = _chat.Settings with { }, Seed = _chat.Settings.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue) };
        var answer = new Message { Role = Message.Assistant, Facts = facts };
        _chat.Messages.Add(answer);
        _chat.Entitle();
        await SaveAsync();
        Navigation.NavigateTo("/#" + _chat.Id, replace: true); // a page that is loaded anew shows it again
        StateHasChanged();
        await _module!.InvokeVoidAsync("ask", _self, _chat.Id, answer.Id, facts, ChatRequestText.BodyOf(_chat, answer, stream: true));
        await _module!.InvokeVoidAsync("toEnd", _list);
        await ListAsync();
    }

    private async Task SaveAsync()
    {
        if (_chat.Messages.Count == 0 || _module is null)
            return;
        _chat.Updated = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (_chat.Created == 0)
            _chat.Created = _chat.Updated;
        await _module!.InvokeVoidAsync("save", _chat);
    }

    private async Task ListAsync()
    {
        _history = await _module!.InvokeAsync<ChatListed[]>("list");
        StateHasChanged();
    }

    private async Task OpenAsync(string id)
    {
        if (await _module!.InvokeAsync<Conversation?>("load", id, _self) is not { } chat)
            return;
        if (chat.Model is null || !Chatting.Exists(model => model.Id == chat.Model))
            chat.Model = Usual;
        _chat = chat;
        Navigation.NavigateTo("/#" + id, replace: true);
        StateHasChanged();
        await _module!.InvokeVoidAsync("toEnd", _list);
    }

    private void NewAsync()
    {
        _chat = new Conversation { Model = _chat.Model, Settings = _chat.Settings with { } };
        Navigation.NavigateTo("/", replace: true);
    }

    private async Task ChooseAsync(string model)
    {
        _chat.Model = model;
        await SaveAsync();
    }

    private async Task DeleteAsync(string id)
    {
        await _module!.InvokeVoidAsync("remove", id);
        if (id == _chat.Id)
        {
            await StopAll();
            NewAsync();
        }
        await ListAsync();
    }

    private async Task ExportAsync() => await _module!.InvokeVoidAsync("download");

    private async Task DeleteAllAsync()
    {
        if (await Dialogs.ShowMessageBoxAsync("Delete all chats?", $"{_history.Count} chats of this browser are gone then, for good. Nobody else has them.", "Delete all", cancelText: "Keep") is not true)
            return;
        await StopAll();
        await _module!.InvokeVoidAsync("clear");
        NewAsync();
        await ListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null)
            {
                await _module!.InvokeVoidAsync("detach");
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser has left, and taken its part with it.
        }
        _self?.Dispose();
    }
}

/// <summary>A chat in the list of chats.</summary>
public sealed record ChatListed(string Id, string Title, long Updated);
