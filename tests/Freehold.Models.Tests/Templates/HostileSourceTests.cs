using System.Text.Json.Nodes;
using Freehold.Models.Templates;
using Xunit;

namespace Freehold.Models.Tests.Templates;

public sealed class HostileSourceTests
{
    private static readonly string[] Fragments =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", "|", ".", ":", ",", "~", "=", "==", "*", "**", "%", " is ", " in ", " not ",
        " if ", " else ", "{% endif %}", "{% endfor %}", "{% else %}", "{% raw %}", "{% endraw %}", "{% break %}", "{% set ", "{% macro m(", "0", "9e99", "none", "loop", "messages", "[::-1]",
        "|tojson", "|map('", "|join", "namespace(", "\n", "\u00a0", "\ud83d", "😀", "__class__", " recursive",
    ];

    [Theory]
    [MemberData(nameof(PublishedTemplates.Names), MemberType = typeof(PublishedTemplates))]
    public void A_mutated_template_gives_a_prompt_or_a_typed_error(string name)
    {
        var data = PublishedTemplates.Load();
        var source = PublishedTemplates.Source(name);
        var random = new Random(20261122);
        var limits = new TemplateLimits { MaxSteps = 100_000, MaxTextLength = 1 << 20 };
        var inputs = data.Cases.Select(pair => pair.Value!.AsObject()).ToArray();
        for (var i = 0; i < 40; i++)
        {
            var mutated = Mutate(source, random);
            try
            {
                ChatTemplate.Parse(mutated, limits).Render(inputs[random.Next(inputs.Length)], data.Settings);
            }
            catch (Exception error) when (error is TemplateErrorException or TemplateRefusedException)
            {
            }
            catch (Exception error)
            {
                Assert.Fail($"{error}\n{mutated}");
            }
        }
    }

    [Fact]
    public void Random_fragments_give_a_prompt_or_a_typed_error()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var source = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Fragments[random.Next(Fragments.Length)]));
            try
            {
                ChatTemplate.Parse((i & 1) == 0 ? source : "{{ " + source + " }}").Render(new JsonObject { ["messages"] = new JsonArray(1, "x", null) }, new TemplateSettings());
            }
            catch (Exception error) when (error is TemplateErrorException or TemplateRefusedException)
            {
            }
            catch (Exception error)
            {
                Assert.Fail($"{error}\n{source}");
            }
        }
    }

    [Fact]
    public void A_lone_surrogate_in_the_input_is_refused_with_a_clear_error_or_kept()
    {
        var input = JsonNode.Parse("{\"x\": \"a\\ud83d\"}")!.AsObject();
        var error = Record.Exception(() => ChatTemplate.Parse("{{ x }}{{ x|length }}{{ x|tojson }}{{ x[::-1]|upper }}").Render(input, new TemplateSettings()));
        Assert.True(error is null or TemplateErrorException, $"{error}");
    }

    [Fact]
    public void A_name_twice_in_the_input_is_refused_with_a_clear_error_or_kept()
    {
        var input = JsonNode.Parse("{\"x\": {\"a\": 1, \"a\": 2}}")!.AsObject();
        var error = Record.Exception(() => ChatTemplate.Parse("{{ x }}").Render(input, new TemplateSettings()));
        Assert.True(error is null or TemplateErrorException, $"{error}");
    }

    [Theory]
    [InlineData("{% include 'a' %}")]
    [InlineData("{% import 'a' as b %}")]
    [InlineData("{% from 'a' import b %}")]
    [InlineData("{% extends 'a' %}")]
    [InlineData("{% block a %}{% endblock %}")]
    public void A_template_that_reaches_for_others_is_refused_when_parsed(string source) =>
        Assert.Contains("other templates", Assert.Throws<TemplateErrorException>(() => ChatTemplate.Parse(source)).Message, StringComparison.Ordinal);

    private static string Mutate(string source, Random random)
    {
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(source.Length);
            var length = Math.Min(random.Next(0, 20), source.Length - at);
            source = random.Next(4) switch
            {
                0 => source.Remove(at, length),
                1 => source.Insert(at, Fragments[random.Next(Fragments.Length)]),
                2 => source.Remove(at, length).Insert(at, Fragments[random.Next(Fragments.Length)]),
                _ => source.Insert(random.Next(source.Length), source.Substring(at, length)),
            };
            if (source.Length == 0) source = " ";
        }
        return source;
    }
}
