using System.Security.Cryptography;
using Microsoft.JSInterop;

namespace Freehold.Pages.Chat;

/// <summary>Asking, and what the browser tells of the answers.</summary>
public sealed partial class ChatPage
{
    /// <summary>The composer's text; false where it cannot be sent now, and stays. The same message twice is sent once: a lost connection may have kept the answer to it.</summary>
    [JSInvokable]
    public async Task<bool> Send(string id, string text)
    {
        var at = _chat.Messages.FindIndex(message => message.Id == id);
        if (at >= 0)
        {
            if (_chat.Messages.ElementAtOrDefault(at + 1) is { IsOpen: true } answer)
                await AskAsync(answer); // of which the browser may not have heard either
            return true;
        }
        if (Busy || _chat.Model is null)
            return false;
        _chat.Messages.Add(new Message { Id = id, Content = text });
        await AnswerAsync();
        return true;
    }

    /// <summary>More of an answer.</summary>
    /// <returns>How much of text and reasoning is here now; null where another chat is shown.</returns>
    [JSInvokable]
    public int[]? Extend(string id, int textAt, string text, int reasoningAt, string reasoning)
    {
        if (_chat.Messages.Find(message => message.Id == id) is not { } message)
            return null;
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
        await AskAsync(answer);
    }

    // Once, however often: the browser knows those that it has asked.
    private async Task AskAsync(Message answer)
    {
        await SaveAsync();
        Navigation.NavigateTo("/#" + _chat.Id, replace: true); // a page that is loaded anew shows it again
        StateHasChanged();
        await _module!.InvokeVoidAsync("ask", _self, _chat.Id, answer.Id, answer.Facts, ChatRequestText.BodyOf(_chat, answer, stream: true));
        await _composer!.InvokeVoidAsync("toEnd", _list);
        await ListAsync();
    }
}
