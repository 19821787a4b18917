using Freehold.Gateway.Hosting;
using Freehold.Gateway.Identity;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Freehold.Pages.Tests.Browser;

/// <summary>A page whose connection goes: by the network, by the server's end, by a fault.</summary>
[Collection(nameof(Chromium))]
public class ConnectionTests(Chromium chromium)
{
    private static readonly LocatorAssertionsToContainTextOptions Shown = new() { UseInnerText = true };

    [Fact]
    public async Task An_answer_goes_on_while_the_connection_is_gone_and_is_shown_when_it_is_back()
    {
        await using var pages = await RunningPages.StartAsync();
        var rest = pages.AnswerInHalves();
        await using var visit = await chromium.VisitAsync(pages);
        visit.PardonLostConnection();
        var connection = await Connection.OfAsync(visit.Page);
        await visit.SendAsync("x");
        await Expect(visit.Answers).ToContainTextAsync("before");
        await connection.LoseAsync();
        await Expect(visit.Page.Locator("#components-reconnect-modal")).ToContainTextAsync("The connection was lost", Shown);
        await visit.PictureAsync("connection-lost");
        rest.SetResult();
        await pages.Model.Ended.Task.WaitAsync(TestContext.Current.CancellationToken);
        await visit.Page.WaitForFunctionAsync("""
            () => new Promise(done => indexedDB.open('freehold').onsuccess = e => {
              const all = e.target.result.transaction('chats').objectStore('chats').getAll();
              all.onsuccess = () => done(all.result.some(chat => chat.messages.some(message => message.content === 'before after' && message.facts.finish === 'stop')));
            })
            """);
        await Expect(visit.Answers.Locator(".prose")).ToHaveTextAsync("before");
        connection.Restore();
        await Expect(visit.Answers.Locator(".prose")).ToHaveTextAsync("before after");
        await Expect(visit.Answers.Locator(".facts")).ToContainTextAsync("stop");
        await Expect(visit.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
        await visit.AskAsync("y");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_sent_while_the_connection_goes_is_sent_once_whether_the_server_heard_it_or_not(bool isHeard)
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages);
        visit.PardonLostConnection();
        var connection = await Connection.OfAsync(visit.Page);
        await visit.AskAsync("first");
        connection.Silence(isHeard);
        await visit.SendAsync("second");
        await visit.Composer.PressAsync("Enter");
        await Task.Delay(isHeard ? 1000 : 0, TestContext.Current.CancellationToken); // it hears by then
        await connection.LoseAsync();
        await Expect(visit.Page.Locator("#components-reconnect-modal")).ToContainTextAsync("The connection was lost", Shown);
        await Expect(visit.Composer).ToHaveValueAsync("second");
        connection.Restore();
        await Expect(visit.Answers.Locator(".facts")).ToHaveCountAsync(2);
        await Expect(visit.Composer).ToHaveValueAsync("");
        Assert.Equal(["first", "second"], pages.Model.Calls.Select(call => call.Messages[^1].Text));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_was_started_anew_is_met_by_a_new_page_with_the_same_chat(bool withKey)
    {
        GatewayOptions Guarded(GatewayOptions options) => withKey ? options with { Key = new ApiKey("right") } : options;
        async Task SignInAsync(IPage page)
        {
            if (!withKey)
                return;
            await page.GetByLabel("Key").FillAsync("right");
            await page.Keyboard.PressAsync("Enter");
        }
        await using var first = await RunningPages.StartAsync(Guarded);
        await using var visit = await chromium.VisitAsync(first);
        visit.PardonLostConnection();
        await SignInAsync(visit.Page);
        await visit.AskAsync("before");
        await visit.Composer.FillAsync("half a thought");
        await visit.Page.EvaluateAsync("window.old = true");
        await first.DisposeAsync();
        await Expect(visit.Page.Locator("#components-reconnect-modal")).ToContainTextAsync("The connection was lost", Shown);

        await using var second = await RunningPages.StartAsync(Guarded, port: first.Address.Port);
        await visit.Page.WaitForFunctionAsync("() => !window.old");
        await SignInAsync(visit.Page);
        await Expect(visit.Composer).ToHaveValueAsync("half a thought");
        await Expect(visit.Page.Locator(".message.user")).ToContainTextAsync("before");
        await visit.Composer.PressAsync("Enter");
        await Expect(visit.Answers.Locator(".facts")).ToHaveCountAsync(2);
        Assert.Equal(["before", "Paris.", "half a thought"], second.Model.Calls.Single().Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task A_page_that_the_server_put_away_shows_its_chat_again_and_the_answer_that_goes_on()
    {
        await using var pages = await RunningPages.StartAsync();
        var rest = pages.AnswerInHalves();
        await using var visit = await chromium.VisitAsync(pages);
        visit.PardonLostConnection();
        await visit.SendAsync("x");
        await Expect(visit.Answers).ToContainTextAsync("before");
        Assert.True(await visit.Page.EvaluateAsync<bool>("Blazor.pauseCircuit()"));
        Assert.True(await visit.Page.EvaluateAsync<bool>("Blazor.resumeCircuit()"));
        await Expect(visit.Answers).ToContainTextAsync("before");
        rest.SetResult();
        await Expect(visit.Answers.Locator(".prose")).ToHaveTextAsync("before after");
        await Expect(visit.Answers.Locator(".facts")).ToContainTextAsync("stop");
    }

    [Fact]
    public async Task Where_a_proxy_has_no_WebSockets_a_page_asks_for_what_is_new()
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages);
        visit.PardonLostConnection();
        var waits = 0;
        visit.Page.Request += (_, request) => waits += request.Method == "GET" && new Uri(request.Url).AbsolutePath == "/_blazor" ? 1 : 0;
        await visit.Page.AddInitScriptAsync("window.WebSocket = class { constructor() { setTimeout(() => { this.onerror?.({}); this.onclose?.({}); }); } close() { } }");
        await visit.Page.ReloadAsync();
        var answer = await visit.AskAsync("x");
        await Expect(answer.Locator(".prose")).ToHaveTextAsync("Paris.");
        Assert.NotEqual(0, waits);
    }

    [Fact]
    public async Task A_page_that_has_failed_says_so()
    {
        await using var pages = await RunningPages.StartAsync();
        pages.Life.Faulty = true;
        await using var visit = await chromium.VisitAsync(pages, "/models");
        visit.PardonLostConnection();
        var keep = visit.Page.Locator("[data-model=parrot]").GetByRole(AriaRole.Button, new() { Name = "Keep loaded" });
        await keep.ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This page has failed", Shown);
        await visit.PictureAsync("failed");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Reload" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        pages.Life.Faulty = false;
        await keep.ClickAsync();
        await Expect(keep).ToHaveCountAsync(0);
    }
}
