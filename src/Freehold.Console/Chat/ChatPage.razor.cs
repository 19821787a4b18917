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
    private IJSObjectReference? _module, _composer;
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
        var module = ImportAsync("chat.js");
        _composer = await ImportAsync("composer.js");
        _module = await module;
        _history = await _module!.InvokeAsync<ChatListed[]>("begin");
        await _composer!.InvokeVoidAsync("compose", _box, _self);
        await _composer!.InvokeVoidAsync("follow", _list);
        _ready = true; // before, Enter would go nowhere
        StateHasChanged();
        await _box.FocusAsync();
        if (new Uri(Navigation.Uri).Fragment is ['#', .. var id] && _history.Any(chat => chat.Id == id))
            await OpenAsync(id);
        _begun = true; // before, what was typed elsewhere would lose the focus, or the chat
        StateHasChanged();
    }

    private Task<IJSObjectReference> ImportAsync(string name) => Js.InvokeAsync<IJSObjectReference>("import", EmbeddedAssets.PathOf(name)).AsTask();

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
        if (await _module!.InvokeAsync<Conversation?>("load", id) is not { } chat)
            return;
        if (chat.Model is null || !Chatting.Exists(model => model.Id == chat.Model))
            chat.Model = Usual;
        _chat = chat;
        Navigation.NavigateTo("/#" + id, replace: true);
        StateHasChanged();
        await _module!.InvokeVoidAsync("attach", id, _self);
        await _composer!.InvokeVoidAsync("toEnd", _list);
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
            if (_composer is not null)
                await _composer.DisposeAsync();
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
