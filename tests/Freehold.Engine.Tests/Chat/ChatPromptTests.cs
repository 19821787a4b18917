using System.Text.Json.Nodes;
using Freehold.Engine.Chat;
using Freehold.Engine.Refusals;
using Freehold.Models.Templates;
using Microsoft.Extensions.AI;

namespace Freehold.Engine.Tests.Chat;

public class ChatPromptTests
{
    private static readonly ChatMessage[] _messages = [new(ChatRole.System, "a"), new(ChatRole.User, "b"), new(ChatRole.User, "c")];

    private static ChatPrompt Prompt(string template)
    {
        var parsed = ChatTemplate.Parse(template);
        return new ChatPrompt("fake", input => parsed.Render(input, new TemplateSettings()));
    }

    [Fact]
    public void The_messages_come_back_as_the_template_got_them()
    {
        var prompt = Prompt("{% for m in messages %}{% if not loop.first and m.role == loop.previtem.role %}{{ raise_exception('twice') }}{% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}{% if add_generation_prompt %}[go]{% endif %}{{ mood }}");
        var (messages, rendered) = prompt.Render(_messages, instructions: "i", variables: new JsonObject { ["mood"] = "!", ["messages"] = "not these" }, addGenerationPrompt: true);
        Assert.Equal("[system]i\n\na[user]b\n\nc[go]!", rendered.Text);
        Assert.Equal(["i\n\na", "b\n\nc"], messages.Select(message => (string)message!["content"]!));
        Assert.DoesNotContain("[go]", prompt.Render(_messages, addGenerationPrompt: false).Prompt.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_a_template_refuses_and_says_so()
    {
        var prompt = new ChatPrompt("bare", null);
        Assert.False(prompt.HasTemplate);
        Assert.Equal("unsupported_model", Assert.Throws<RequestRefusedException>(() => prompt.Render(_messages)).Code);
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":{"\udc00":1}}""")]
    public void Variables_that_are_no_Unicode_are_refused(string variables)
    {
        using var document = System.Text.Json.JsonDocument.Parse(variables);
        var given = JsonObject.Create(document.RootElement.Clone());
        Assert.Equal("template_refused", Assert.Throws<RequestRefusedException>(() => Prompt("{{ a }}").Render(_messages, variables: given)).Code);
    }
}
