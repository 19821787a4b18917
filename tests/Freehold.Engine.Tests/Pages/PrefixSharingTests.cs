using Freehold.Engine.Tests.Fakes;

namespace Freehold.Engine.Tests.Pages;

public class PrefixSharingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_beginning_is_computed_once_inside_a_tenant()
    {
        using var bench = new Bench();
        var request = Bench.Request(Bench.Prompt(1, 200), 10, tenant: "a");
        var first = await Bench.All(bench.Engine.Submit(request, Cancellation));
        var second = await Bench.All(bench.Engine.Submit(request, Cancellation));
        Assert.Equal(0, first[^1].Usage.CachedTokens);
        Assert.Equal(192, second[^1].Usage.CachedTokens);
        Assert.Equal(first.Select(update => update.TokenId), second.Select(update => update.TokenId));
    }

    [Fact]
    public async Task The_last_token_of_a_prompt_is_always_computed()
    {
        using var bench = new Bench();
        var request = Bench.Request(Bench.Prompt(1, 128), 10);
        var first = await Bench.Tokens(bench.Engine.Submit(request, Cancellation));
        var second = await Bench.All(bench.Engine.Submit(request, Cancellation));
        Assert.Equal(64, second[^1].Usage.CachedTokens);
        Assert.Equal(first, second.Select(update => update.TokenId));
    }

    [Fact]
    public async Task Another_tenant_shares_nothing()
    {
        using var bench = new Bench();
        var prompt = Bench.Prompt(1, 200);
        await Bench.All(bench.Engine.Submit(Bench.Request(prompt, 10, tenant: "a"), Cancellation));
        var other = await Bench.All(bench.Engine.Submit(Bench.Request(prompt, 10, tenant: "b"), Cancellation));
        Assert.Equal(0, other[^1].Usage.CachedTokens);
    }

    [Fact]
    public async Task An_answer_is_shared_with_the_next_turn_of_its_conversation()
    {
        using var bench = new Bench(model: new RememberingModel(258) { Script = (_, logits) => logits[ByteTokenizer.Eos] = -1 });
        var prompt = Bench.Prompt(1, 100);
        var answer = await Bench.Tokens(bench.Engine.Submit(Bench.Request(prompt, 100), Cancellation));
        var next = await Bench.All(bench.Engine.Submit(Bench.Request([.. prompt, .. answer, .. Bench.Prompt(2, 20)], 5), Cancellation));
        Assert.Equal(192, next[^1].Usage.CachedTokens);
    }

    [Fact]
    public async Task The_oldest_cached_pages_make_room_for_new_ones()
    {
        using var bench = new Bench(Bench.Small(pages: 10), model: new RememberingModel(258, context: 640));
        for (var i = 0; i < 20; i++)
        {
            var request = Bench.Request(Bench.Prompt(i, 300), 20);
            Assert.Equal(await Bench.Alone(request), await Bench.Tokens(bench.Engine.Submit(request, Cancellation)));
        }
        var newest = await Bench.All(bench.Engine.Submit(Bench.Request(Bench.Prompt(19, 300), 1), Cancellation));
        var oldest = await Bench.All(bench.Engine.Submit(Bench.Request(Bench.Prompt(0, 300), 1), Cancellation));
        Assert.Equal(256, newest[^1].Usage.CachedTokens);
        Assert.Equal(0, oldest[^1].Usage.CachedTokens);
    }

    [Fact]
    public void Equal_prompts_side_by_side_end_up_on_the_same_pages()
    {
        using var bench = new Bench(stepped: true);
        for (var i = 0; i < 4; i++)
            bench.Engine.Submit(Bench.Request(Bench.Prompt(1, 256), 50, client: $"c{i}"), Cancellation);
        bench.Engine.Core.Step();
        bench.Engine.Core.Step();
        bench.Engine.Core.Step();
        // 4 shared pages and a last one each, instead of 5 each.
        Assert.True(bench.Engine.Core.Pages.InUse <= 8, $"{bench.Engine.Core.Pages.InUse} pages are in use");
        bench.StepAll();
    }
}
