using Freehold.Engine.Chat;
using Freehold.Engine.Refusals;
using Freehold.Engine.Tests.Fakes;
using Freehold.Engine.Tests.Tools;
using Microsoft.Extensions.AI;
using static Freehold.Engine.Tests.Tools.ToolBench;

namespace Freehold.Engine.Tests.Chat;

public class ThinkingTests
{
    private const string Hybrid = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}";
    private const string Always = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}<think>\n{# </think> #}";
    private const string Levels = "Reasoning: {{ reasoning_effort|default('medium') }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";

    private static string PromptOf(string template, ChatOptions options)
    {
        using var bench = BenchOf(template);
        return new ChatPrompt("x", bench.Engine.Model.Render, bench.Engine.Model.Answers).Render(Messages, options).Prompt.Text;
    }

    private static ChatOptions Effort(ReasoningEffort effort) => new() { Reasoning = new() { Effort = effort } };

    private static ChatOptions With(string name, object value) => new() { AdditionalProperties = new() { [name] = value } };

    [Fact]
    public void Thinking_is_switched_by_the_templates_own_variable()
    {
        Assert.EndsWith("</think>\n\n", PromptOf(Hybrid, Effort(ReasoningEffort.None)), StringComparison.Ordinal);
        Assert.EndsWith("</think>\n\n", PromptOf(Hybrid, With("thinking", false)), StringComparison.Ordinal);
        foreach (var options in new[] { new ChatOptions(), Effort(ReasoningEffort.Low), With("thinking", true) })
            Assert.EndsWith("Bern?", PromptOf(Hybrid, options), StringComparison.Ordinal);
    }

    [Fact]
    public void Effort_reaches_a_template_that_takes_it()
    {
        Assert.StartsWith("Reasoning: high", PromptOf(Levels, Effort(ReasoningEffort.ExtraHigh)), StringComparison.Ordinal);
        Assert.StartsWith("Reasoning: low", PromptOf(Levels, With("reasoning_effort", "low")), StringComparison.Ordinal);
        Assert.StartsWith("Reasoning: medium", PromptOf(Levels, new()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_template_cannot_do_is_refused()
    {
        static RequestRefusedException Refused(string template, ChatOptions options) => Assert.Throws<RequestRefusedException>(() => PromptOf(template, options));
        Assert.Contains("does not think", Refused(Plain, With("thinking", true)).Message, StringComparison.Ordinal);
        Assert.Contains("always thinks", Refused(Always, With("thinking", false)).Message, StringComparison.Ordinal);
        Assert.Equal("reasoning", Refused(Hybrid, new() { Reasoning = new() { Output = ReasoningOutput.Summary } }).Parameter);
        var both = With("thinking", true);
        both.AdditionalProperties!["chat_template_kwargs"] = new System.Text.Json.Nodes.JsonObject { ["enable_thinking"] = false };
        Assert.Contains("enable_thinking", Refused(Hybrid, both).Message, StringComparison.Ordinal);
        Assert.EndsWith("Bern?", PromptOf(Plain, With("thinking", false)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Hybrid, "<think>\nHm, so on and on and on without end", 20)]
    [InlineData(Always, "Hm, so on and on and on without end", 20)]
    [InlineData(Hybrid, "<think>Hm.</think>Done.", 200)]
    [InlineData(Hybrid, "No thought here.", 1)]
    public async Task Thinking_is_closed_at_its_ceiling_and_not_before(string template, string spoken, int ceiling)
    {
        using var bench = BenchOf(template, Speaker.Of(spoken));
        using var client = new EngineChatClient(bench.Engine);
        var options = new ChatOptions { Temperature = 0, AdditionalProperties = new() { ["thinking_budget"] = ceiling }, MaxOutputTokens = 60 };
        var response = await client.GetResponseAsync(Messages, options, Cancellation);
        var thinking = string.Concat(response.Messages[0].Contents.OfType<TextReasoningContent>().Select(part => part.Text));
        if (ceiling != 20)
        {
            var free = await client.GetResponseAsync(Messages, new() { Temperature = 0, MaxOutputTokens = 60 }, Cancellation);
            Assert.Equal((free.Text, free.FinishReason), (response.Text, response.FinishReason));
            return;
        }
        // A token a byte: so many of the thinking, then what closes it, then the answer goes on.
        Assert.Equal(spoken.Replace("<think>", "", StringComparison.Ordinal).TrimStart('\n')[..(template == Hybrid ? 19 : 20)], thinking.Trim('\n'));
        Assert.NotEqual("", response.Text);
    }

    [Fact]
    public async Task A_ceiling_holds_where_the_answer_is_constrained()
    {
        using var bench = BenchOf(Always, Speaker.Of("Hm, so on and on and on without end"));
        using var client = new EngineChatClient(bench.Engine);
        var response = await client.GetResponseAsync(Messages, new() { Temperature = 0, ResponseFormat = ChatResponseFormat.ForJsonSchema(City), AdditionalProperties = new() { ["thinking_budget"] = 12 } }, Cancellation);
        Assert.Equal("Hm, so on an", Assert.Single(response.Messages[0].Contents.OfType<TextReasoningContent>()).Text.Trim());
        Assert.StartsWith("{", response.Text, StringComparison.Ordinal);
    }
}
