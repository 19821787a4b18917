using System.Text.Json.Nodes;
using Freehold.Engine.Chat;
using Freehold.Models.Templates;
using Freehold.Tests;

namespace Freehold.Engine.Tests.Chat;

public class MessageShapeTests
{
    private const string ShowsAll = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";
    private const string OnlyFirstSystem = "{% for m in messages %}{% if m.role == 'system' and not loop.first %}{{ raise_exception('late') }}{% endif %}<{{ m.role }}>{{ m.content }}{% endfor %}";
    private const string LosesSystem = "{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endfor %}";
    private const string MustAlternate = """
        {% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('alternate') }}{% endif %}<{{ m.role }}>{{ m.content }}{% endfor %}
        """;

    private static readonly (string Role, string Text)[] Everything =
        [("system", "one"), ("system", "two"), ("user", "three"), ("user", "four"), ("assistant", "five"), ("system", "six"), ("user", "seven")];

    private static Func<JsonObject, RenderedPrompt> Renderer(string template)
    {
        var parsed = ChatTemplate.Parse(template);
        return input => parsed.Render(input, new TemplateSettings { BosToken = "", EosToken = "" });
    }

    private static JsonArray Messages((string Role, string Text)[] conversation) =>
        [.. conversation.Select(message => (JsonNode)new JsonObject { ["role"] = message.Role, ["content"] = message.Text })];

    private static string Rendered(string template) =>
        Renderer(template)(new JsonObject { ["messages"] = MessageShape.Of(Renderer(template)).Apply(Messages(Everything)) }).Text;

    [Fact]
    public void What_a_template_shows_it_gets_as_it_is()
    {
        Assert.Equal("<system>one<system>two<user>three<user>four<assistant>five<system>six<user>seven", Rendered(ShowsAll));
        Assert.Equal("every message is shown as it is", MessageShape.Of(Renderer(ShowsAll)).Explain());
    }

    [Fact]
    public void A_late_system_message_becomes_a_users_where_it_stands_and_repeated_ones_are_joined()
    {
        Assert.Equal("<system>one\n\ntwo<user>three<user>four<assistant>five<user>six<user>seven", Rendered(OnlyFirstSystem));
        Assert.Equal("a system message behind others becomes a user message where it stands; system messages in a row are joined by a blank line", MessageShape.Of(Renderer(OnlyFirstSystem)).Explain());
    }

    [Fact]
    public void A_template_that_would_lose_system_messages_shows_them_as_the_users() =>
        Assert.Equal("<user>one<user>two<user>three<user>four<assistant>five<user>six<user>seven", Rendered(LosesSystem));

    [Fact]
    public void Messages_that_may_not_follow_one_another_are_joined()
    {
        Assert.Equal("<user>one\n\ntwo\n\nthree\n\nfour<assistant>five<user>six\n\nseven", Rendered(MustAlternate).Trim());
        Assert.Equal("a system message becomes a user message where it stands; messages of one role in a row are joined by a blank line", MessageShape.Of(Renderer(MustAlternate)).Explain());
    }

    [Fact]
    public void A_call_of_a_tool_is_never_joined()
    {
        var shape = MessageShape.Of(Renderer(MustAlternate));
        JsonArray messages = [
            new JsonObject { ["role"] = "assistant", ["content"] = "a", ["tool_calls"] = new JsonArray() },
            new JsonObject { ["role"] = "assistant", ["content"] = "b" }];
        Assert.Equal(2, shape.Apply(messages).Count);
    }

    [Fact]
    public void Whether_names_show_is_asked_too()
    {
        Assert.False(MessageShape.Of(Renderer(ShowsAll)).Names);
        Assert.True(MessageShape.Of(Renderer("{% for m in messages %}{{ m.name }}: {{ m.content }}{% endfor %}")).Names);
    }

    [Fact]
    public void No_published_template_refuses_or_loses_a_message_of_any_order_of_roles()
    {
        var (lost, held) = (new List<string>(), 0);
        foreach (var file in Directory.EnumerateFiles(SharedData.Require("data/chat-templates"), "*.jinja").Order(StringComparer.Ordinal))
        {
            var render = Renderer(File.ReadAllText(file));
            if (Render(render, Messages([("user", "three")])).StartsWith("refused", StringComparison.Ordinal))
                continue; // it renders nothing without tools
            var text = Render(render, MessageShape.Of(render).Apply(Messages(Everything)));
            lost.AddRange(Everything.Where(message => !text.Contains(message.Text, StringComparison.Ordinal)).Select(message => $"{Path.GetFileName(file)} loses '{message.Text}': {text}"));
            held++;
        }
        Assert.True(lost.Count == 0, string.Join('\n', lost));
        Assert.True(held >= 60, $"{held} templates were asked");
    }

    private static string Render(Func<JsonObject, RenderedPrompt> render, JsonArray messages)
    {
        try
        {
            return render(new JsonObject { ["messages"] = messages, ["add_generation_prompt"] = true }).Text;
        }
        catch (Exception error) when (error is TemplateRefusedException or TemplateErrorException)
        {
            return $"refused: {error.Message}";
        }
    }
}
