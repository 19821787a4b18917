using System.Net.Http.Json;
using Freehold.Gateway.Identity;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Freehold.Pages.Tests.Browser;

[Collection(nameof(Chromium))]
public class PagesTests(Chromium chromium)
{
    private static readonly BrowserNewContextOptions Dark = new() { ColorScheme = ColorScheme.Dark };

    private static BrowserNewContextOptions Phone => new() { ViewportSize = new ViewportSize { Width = 375, Height = 740 }, HasTouch = true };

    [Fact]
    public async Task Before_a_model_is_loaded_a_reader_sees_what_that_takes()
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages, "/models", Dark);
        await Expect(visit.Page.Locator("[data-model=parrot]")).ToContainTextAsync("32 streams at once");
        await visit.PictureAsync("models-dark");
        var whale = visit.Page.Locator("[data-model=whale]");
        await whale.GetByRole(AriaRole.Button, new() { Name = "Load" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        foreach (var told in new[] { "apache-2.0", "4.0 GiB needed, 11.0 GiB free", "18.5 tokens/s", "6 at reading speed", "8192 of 32768" })
            await Expect(dialog).ToContainTextAsync(told);
        await visit.PictureAsync("models-load-dark");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Load" }).ClickAsync();
        await Expect(whale).ToContainTextAsync("laying out weights, 40%, about 12 s to go");
        pages.Life.Loading.SetResult();
        await Expect(whale).ToHaveAttributeAsync("data-phase", "loaded");
        await whale.GetByRole(AriaRole.Button, new() { Name = "Unload" }).ClickAsync();
        await Expect(whale).ToHaveAttributeAsync("data-phase", "ondisk");

        await visit.Page.Locator("[data-model=kraken]").GetByRole(AriaRole.Button, new() { Name = "Load" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("it does not fit");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Load" })).ToBeDisabledAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        await visit.Page.Locator("[data-model=parrot]").GetByRole(AriaRole.Button, new() { Name = "Unload" }).ClickAsync();
        await Expect(visit.Page.GetByText("the test needs it")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_fetch_is_shown_and_outlives_the_page()
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages, "/models");
        await Expect(visit.Page.Locator(".recommended")).ToContainTextAsync("Apache-2.0");
        await Expect(visit.Page.Locator(".recommended")).ToContainTextAsync("does not fit here");
        await visit.Page.GetByLabel("Fetch hf:Qwen/Qwen3-1.7B-GGUF").ClickAsync();
        await Expect(visit.Page.Locator(".pulling")).ToContainTextAsync("of 1.9 GiB");
        await visit.PictureAsync("models-pull");
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.Locator(".pulling")).ToContainTextAsync("of 1.9 GiB");
        pages.Life.Fetching.SetResult();
        await Expect(visit.Page.Locator(".pulling")).ToContainTextAsync("It is here.");
        await visit.Page.GetByLabel("Model to fetch").FillAsync("nonsense");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Fetch", Exact = true }).First.ClickAsync();
        await Expect(visit.Page.GetByText("There is no 'nonsense' to fetch.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Snippets_have_this_servers_address_and_the_chosen_models_name()
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages, "/connect");
        await Expect(visit.Page.Locator("[data-snippet=curl-chat]")).ToContainTextAsync($"{pages.Address}v1/chat/completions");
        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "Claude Code" }).ClickAsync();
        await Expect(visit.Page.Locator("[data-snippet=claude-code]")).ToContainTextAsync("CLAUDE_CODE_ATTRIBUTION_HEADER=0");
        await Expect(visit.Page.Locator("[data-snippet=claude-code]")).ToContainTextAsync("ANTHROPIC_MODEL='parrot'");
        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "OpenAI, Python" }).ClickAsync();
        await visit.PictureAsync("connect");
    }

    [Fact]
    public async Task What_was_refused_is_listed_by_client_with_the_fix_and_without_content()
    {
        await using var pages = await RunningPages.StartAsync();
        async Task PostAsync(string agent, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(body) };
            request.Headers.UserAgent.ParseAdd(agent);
            using var answer = await pages.Http.SendAsync(request, TestContext.Current.CancellationToken);
        }
        object[] messages = [new { role = "user", content = "my secret" }];
        await PostAsync("OpenAI/JS 6.49.0", new { model = "parrot", messages, verbosity = "high" });
        await PostAsync("OpenAI/JS 6.49.0", new { model = "parrot", messages, verbosity = "high" });
        await PostAsync("OpenAI/JS 6.49.0", new { model = "parrot", messages, metadata = new { a = "my secret" } });
        await PostAsync("langchain/1.5", new { model = "my-secret-model", messages });
        using (await pages.Http.GetAsync(new Uri("/v1/v1/models?q=secret", UriKind.Relative), TestContext.Current.CancellationToken))
        {
        }
        await using var visit = await chromium.VisitAsync(pages, "/refused");
        var openAi = visit.Page.Locator(".refused-client").Filter(new() { HasText = "OpenAI/JS" });
        await Expect(openAi).ToContainTextAsync("unsupported_parameter");
        await Expect(openAi).ToContainTextAsync("2 times");
        await Expect(openAi).ToContainTextAsync("metadata");
        await Expect(visit.Page.Locator(".page")).ToContainTextAsync("names those that are served");
        await Expect(visit.Page.Locator(".page")).ToContainTextAsync("GET /v1/v1/models");
        Assert.DoesNotContain("secret", await visit.Page.Locator(".page").InnerTextAsync(), StringComparison.Ordinal);
        await visit.PictureAsync("refused");
    }

    [Fact]
    public async Task The_key_is_asked_for_once()
    {
        await using var pages = await RunningPages.StartAsync(options => options with { Key = new ApiKey("right") });
        await using var visit = await chromium.VisitAsync(pages);
        await Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/sign-in$"));
        await visit.PictureAsync("sign-in");
        await visit.Page.GetByLabel("Key").FillAsync("wrong");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not this server's");
        visit.Pardon("401");
        await visit.Page.GetByLabel("Key").FillAsync("right");
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.AskAsync("x");
        await visit.Page.ReloadAsync();
        await visit.AskAsync("y");
        Assert.DoesNotContain("freehold_session", await visit.Page.EvaluateAsync<string>("document.cookie"), StringComparison.Ordinal);
        await visit.Page.GetByLabel("Sign out").ClickAsync();
        await Expect(visit.Page.GetByLabel("Key")).ToBeVisibleAsync();
        await visit.Page.GotoAsync(new Uri(pages.Address, "/models").ToString());
        await Expect(visit.Page.GetByLabel("Key")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/models")]
    [InlineData("/connect")]
    [InlineData("/refused")]
    public async Task Nothing_is_wider_than_a_telephone(string path)
    {
        await using var pages = await RunningPages.StartAsync();
        using (await pages.Http.PostAsJsonAsync("/v1/chat/completions", new { model = "parrot", verbosity = 1, messages = Array.Empty<object>() }, TestContext.Current.CancellationToken))
        {
        }
        await using var visit = await chromium.VisitAsync(pages, path, Phone);
        await Expect(visit.Page.Locator("h1")).ToHaveCountAsync(1);
        if (path == "/")
            await visit.AskAsync("A question that is long enough to take more than one line of a telephone?");
        Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth && [...document.querySelectorAll('.page, .messages')].every(box => box.scrollWidth <= box.clientWidth)"));
        await visit.PictureAsync($"phone-{(path == "/" ? "chat" : path[1..])}");
    }

    [Fact]
    public async Task The_theme_follows_the_system_until_the_reader_chooses_and_is_right_before_anything_is_painted()
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages, "/", Dark);
        await visit.AskAsync("x");
        Assert.Equal("dark", await visit.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        await visit.PictureAsync("chat-dark");
        await visit.Page.GetByLabel("Light theme").ClickAsync();
        await Expect(visit.Page.GetByLabel("Dark theme")).ToBeVisibleAsync();
        await visit.Page.ReloadAsync(new PageReloadOptions { WaitUntil = WaitUntilState.Commit });
        await visit.Page.WaitForFunctionAsync("document.documentElement.dataset.theme === 'light'");
        await Expect(visit.Page.GetByLabel("Dark theme")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Every_page_is_reached_by_the_keyboard()
    {
        await using var pages = await RunningPages.StartAsync();
        await using var visit = await chromium.VisitAsync(pages);
        await Expect(visit.Composer).ToBeFocusedAsync();
        foreach (var name in new[] { "Models", "Connect", "Refused" })
        {
            await visit.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).FocusAsync();
            await visit.Page.Keyboard.PressAsync("Enter");
            await Expect(visit.Page.Locator("h1")).ToHaveTextAsync(name);
            await Expect(visit.Page.Locator("h1")).ToBeFocusedAsync(); // a new page takes the focus, which the next one must not lose
        }
    }
}
