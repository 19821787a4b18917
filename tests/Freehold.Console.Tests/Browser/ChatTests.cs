using Microsoft.Extensions.AI;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Freehold.Pages.Tests.Browser;

[Collection(nameof(Chromium))]
public class ChatTests(Chromium chromium)
{
    private static readonly string[] Lines =
    [
        "The **capital** of France is Paris.\n\n", "1. It lies on the Seine.\n", "2. It has 2.1 million people.\n\n", "```python\n", "print(\"Paris\")\n", "```\n\n", "| city | river |\n|---|---|\n", "| Paris | Seine |\n",
    ];

    [Fact]
    public async Task An_answer_is_streamed_and_told_with_its_facts_and_is_there_after_a_reload()
    {
        await using var pages = await RunningPages.StartAsync();
        var half = new TaskCompletionSource();
        pages.Model.Tokens = _ => Lines;
        pages.Model.Before = (token, _) => token == 4 ? half.Task : Task.CompletedTask;
        await using var visit = await chromium.VisitAsync(pages);
        await visit.PictureAsync("chat-empty");
        await visit.SendAsync("What is the capital of France?");
        await Expect(visit.Answers.Locator("ol li").Nth(1)).ToHaveTextAsync("It has 2.1 million people.");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" })).ToBeVisibleAsync();
        half.SetResult();
        await Expect(visit.Answers.Locator("table td").First).ToHaveTextAsync("Paris");
        await Expect(visit.Answers.Locator("pre code")).ToHaveTextAsync("print(\"Paris\")");
        var facts = visit.Answers.Locator(".facts");
        await Expect(facts).ToContainTextAsync("first token");
        await Expect(facts).ToContainTextAsync("7 tokens, 4 cached");
        await Expect(facts).ToContainTextAsync("8 tokens");
        await Expect(facts).ToContainTextAsync("stop");
        var seed = pages.Model.Calls.Single().Options.Seed;
        await Expect(facts).ToContainTextAsync($"{seed}");
        await visit.PictureAsync("chat");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await visit.PictureAsync("chat-settings");

        await visit.Page.ReloadAsync();
        await Expect(visit.Answers.Locator("strong")).ToHaveTextAsync("capital");
        await Expect(visit.Answers.Locator(".facts")).ToContainTextAsync($"{seed}");
    }

    [Fact]
    public async Task An_answer_goes_on_while_another_chat_is_shown()
    {
        await using var pages = await RunningPages.StartAsync();
        var rest = pages.AnswerInHalves();
        await using var visit = await chromium.VisitAsync(pages);
        await visit.SendAsync("x");
        await Expect(visit.Answers).ToContainTextAsync("before");
        for (var times = 0; times < 2; times++)
        {
            await visit.Page.Locator(".rail .new-chat").ClickAsync();
            await Expect(visit.Answers).ToHaveCountAsync(0);
            await visit.Page.Locator(".rail .history .open").ClickAsync();
            await Expect(visit.Answers.Locator(".prose")).ToHaveTextAsync("before");
        }
        await visit.Page.Locator(".places").GetByText("Connect").ClickAsync();
        await Expect(visit.Page.Locator("[data-snippet=curl-chat]")).ToBeVisibleAsync();
        await visit.Page.Locator(".places").GetByText("Chat").ClickAsync();
        await visit.Page.Locator(".rail .history .open").ClickAsync();
        await Expect(visit.Answers.Locator(".prose")).ToHaveTextAsync("before");
        rest.SetResult();
        await Expect(visit.Answers.Locator(".prose")).ToHaveTextAsync("before after");
        await Expect(visit.Answers.Locator(".facts")).ToContainTextAsync("stop");
    }

    [Fact]
    public async Task A_reader_stops_an_answer_and_the_model_stops_with_it()
    {
        await using var pages = await RunningPages.StartAsync();
        pages.Model.Tokens = _ => ["never", "ending"];
        pages.Model.Before = (token, cancellation) => token == 1 ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask;
        await using var visit = await chromium.VisitAsync(pages);
        await visit.SendAsync("x");
        await Expect(visit.Answers).ToContainTextAsync("never");
        await visit.Composer.PressAsync("Escape");
        await Expect(visit.Answers.Locator(".facts")).ToContainTextAsync("stopped");
        await pages.Model.Cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_question_can_be_changed_and_an_answer_tried_again_and_settings_are_sent()
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await visit.Page.GetByLabel("System prompt").FillAsync("Be brief.");
        await visit.Page.GetByLabel("Temperature").FillAsync("0.5");
        await visit.Page.GetByLabel("Seed").FillAsync("42");
        await visit.Page.GetByLabel("Seed").BlurAsync();
        await visit.AskAsync("first");
        await visit.AskAsync("second");
        await visit.Page.Locator(".message.user").First.HoverAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Edit" }).First.ClickAsync();
        await visit.Page.GetByLabel("Edit the message").FillAsync("changed");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Ask again" }).ClickAsync();
        await Expect(visit.Page.Locator(".message.user")).ToHaveCountAsync(1);
        await Expect(visit.Answers.Locator(".facts")).ToBeVisibleAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();
        // The answer before it has facts too, so they say nothing yet.
        for (var tries = 0; pages.Model.Calls.Count < 4 && tries < 600; tries++)
            await Task.Delay(50, TestContext.Current.CancellationToken);

        var calls = pages.Model.Calls;
        Assert.Equal(4, calls.Count);
        Assert.Equal(["Be brief.", "first", "Paris.", "second"], calls[1].Messages.Select(message => message.Text));
        Assert.All(calls.Skip(2), call => Assert.Equal(["Be brief.", "changed"], call.Messages.Select(message => message.Text)));
        Assert.All(calls, call => Assert.Equal((0.5f, 42L), (call.Options.Temperature, call.Options.Seed)));
    }

    [Fact]
    public async Task What_a_model_writes_runs_nothing_and_asks_nobody()
    {
        await using var pages = await RunningPages.StartAsync();
        pages.Model.Tokens = _ => ["<img src=x onerror=\"document.title='owned'\">\n\n", "<script>document.title='owned'</script>\n\n", "[a](javascript:document.title='owned') ", "![b](http://tracker.example/p.png) ", "[good](https://example.org/)"];
        await using var visit = await chromium.VisitAsync(pages);
        var answer = await visit.AskAsync("x");
        await Expect(answer.Locator("a")).ToHaveCountAsync(2);
        await Expect(answer.GetByText("good")).ToHaveAttributeAsync("rel", "noopener noreferrer nofollow");
        Assert.Equal(0, await answer.Locator("img, script").CountAsync());
        Assert.DoesNotContain("owned", await visit.Page.TitleAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_shown_in_the_servers_words()
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await visit.Page.GetByLabel("top_k").FillAsync("7");
        await visit.Page.GetByLabel("top_k").BlurAsync();
        pages.Model.Updates = _ => [new ChatResponseUpdate { Contents = [new ErrorContent("The model has lost its voice.")] }];
        await visit.AskAsync("x");
        await Expect(visit.Answers.Locator(".failed")).ToContainTextAsync("lost its voice");
        visit.Pardon("502");
    }

    [Fact]
    public async Task Chats_are_listed_exported_and_deleted()
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages);
        await visit.AskAsync("about rivers");
        await visit.Page.Locator(".rail .new-chat").ClickAsync();
        await Expect(visit.Answers).ToHaveCountAsync(0);
        await visit.AskAsync("about mountains");
        await Expect(visit.Page.Locator(".rail .history .open")).ToHaveTextAsync(["about mountains", "about rivers"]);
        var file = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.Locator(".rail").GetByText("Export").ClickAsync());
        Assert.Contains("about rivers", await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await visit.Page.Locator(".rail").GetByLabel("Delete about rivers").ClickAsync();
        await Expect(visit.Page.Locator(".rail .history .open")).ToHaveTextAsync(["about mountains"]);
        await visit.Page.Locator(".rail").GetByText("Delete all").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete all" }).ClickAsync();
        await Expect(visit.Page.Locator(".rail .history .open")).ToHaveCountAsync(0);
    }
}
