using Microsoft.Playwright;

namespace Freehold.Pages.Tests.Browser;

/// <summary>One reader's browser. Whatever it asks of another host, and every error it reports, fails the test at its end.</summary>
internal sealed class Visit(IBrowserContext context, RunningPages pages) : IAsyncDisposable
{
    /// <summary>A folder for pictures of the pages, for people to look at; none are taken without.</summary>
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("FREEHOLD_SCREENSHOTS");

    private const float Patience = 30_000;
    private readonly List<string> _wrong = [], _pardoned = [];

    public IPage Page { get; private set; } = null!;

    /// <summary>Where the chat's text goes.</summary>
    public ILocator Composer => Page.Locator(".composer textarea");

    /// <summary>The answers of the chat.</summary>
    public ILocator Answers => Page.Locator(".message.assistant");

    public async Task OpenAsync(string path)
    {
        Page = await context.NewPageAsync();
        Page.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(pages.Address.ToString(), StringComparison.Ordinal) && new Uri(request.Url).Scheme is not ("data" or "blob"))
                Note($"asked another host: {request.Url}");
        };
        Page.PageError += (_, error) => Note($"a script failed: {error}");
        Page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Note($"the console has: {message.Text}");
        };
        await Page.GotoAsync(new Uri(pages.Address, path).ToString());
    }

    /// <summary>Asks, and waits for nothing.</summary>
    public async Task SendAsync(string text)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
    }

    /// <summary>Asks, and waits for the answer's end.</summary>
    public async Task<ILocator> AskAsync(string text)
    {
        var before = await Answers.CountAsync();
        await SendAsync(text);
        var answer = Answers.Nth(before);
        await Assertions.Expect(answer.Locator(".facts")).ToBeVisibleAsync();
        return answer;
    }

    /// <summary>Errors that the test expects, by a part of their text.</summary>
    public void Pardon(params string[] parts)
    {
        lock (_wrong)
            _pardoned.AddRange(parts);
    }

    /// <summary>Whatever a browser and Blazor write on the console where a connection is lost, which differs with the moment; scripts of the page that fail are no part of it.</summary>
    public void PardonLostConnection() => Pardon("the console has:", "Cannot send data if the connection is not in the 'Connected' State");

    /// <summary>Takes a picture, where people asked for them.</summary>
    public async Task PictureAsync(string name)
    {
        if (Pictures is null)
            return;
        await Page.WaitForTimeoutAsync(400); // what moves has come to rest
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, name + ".png") });
    }

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        lock (_wrong)
            _wrong.RemoveAll(text => _pardoned.Exists(part => text.Contains(part, StringComparison.Ordinal)));
        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
    }

    private void Note(string text)
    {
        lock (_wrong)
            _wrong.Add(text);
    }
}
