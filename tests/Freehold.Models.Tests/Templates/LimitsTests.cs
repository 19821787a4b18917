using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Freehold.Models.Templates;
using Xunit;

namespace Freehold.Models.Tests.Templates;

public sealed class LimitsTests
{
    [Theory]
    [InlineData("{% for a in range(90000) %}{% for b in range(90000) %}{% for c in range(90000) %}{% endfor %}{% endfor %}{% endfor %}", "MaxSteps")]
    [InlineData("{% set ns = namespace(x='a') %}{% for a in range(9999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "MaxTextLength")]
    [InlineData("{% for a in range(99999) %}{{ 'a' * 100000 }}{% endfor %}", "Max")]
    [InlineData("{{ 'a' * 1000000000 }}", "MaxTextLength")]
    [InlineData("{{ 'a' * 10 ** 30 }}", "MaxTextLength")]
    [InlineData("{{ [0] * 1000000000 }}", "MaxCollectionSize")]
    [InlineData("{{ range(1000000000) }}", "MaxCollectionSize")]
    [InlineData("{{ range(10 ** 100) | list }}", "MaxCollectionSize")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(9999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "MaxCollectionSize")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for a in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}", "MaxDepth")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}", "Max")]
    [InlineData("{% set ns = namespace(x=[], y=[]) %}{% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}", "MaxSteps")]
    [InlineData("{% set ns = namespace(x=(1,)) %}{% for a in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}", "Max")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}", "Max")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "MaxDepth")]
    [InlineData("{% macro m(x) %}{{ caller(x) }}{% endmacro %}{% macro r(x) %}{% call(y) m(x) %}{{ r(y) }}{% endcall %}{% endmacro %}{{ r(1) }}", "MaxDepth")]
    [InlineData("{% set l = [1] %}{% for x in [l] recursive %}{{ loop([l]) }}{% endfor %}", "MaxDepth")]
    [InlineData("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}", "Max")]
    [InlineData("{{ 10 ** 99999 }}", "bits")]
    [InlineData("{{ 2 ** 1000000000 }}", "bits")]
    [InlineData("{{ '%1000000000d' % 1 }}", "MaxTextLength")]
    [InlineData("{{ '%.1000000000f' % 1 }}", "precision")]
    [InlineData("{{ '{:1000000000}'.format(1) }}", "MaxTextLength")]
    [InlineData("{{ 'a'.center(1000000000) }}", "MaxTextLength")]
    [InlineData("{{ 'a'.zfill(1000000000) }}", "MaxTextLength")]
    [InlineData("{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}", "Max")]
    [InlineData("{{ ('a,' * 1000000).split(',') }}", "MaxCollectionSize")]
    [InlineData("{{ ('a' * 1000000) | list }}", "MaxCollectionSize")]
    [InlineData("{{ ('a\n' * 1000000).splitlines() }}", "MaxCollectionSize")]
    [InlineData("{{ [1] | batch(1000000000, 0) | list }}", "MaxCollectionSize")]
    [InlineData("{{ [1] | slice(1000000000) | list }}", "Max")]
    [InlineData("{{ ('\n' * 1000000) | indent('a' * 1000000, blank=true) }}", "Max")]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% if 'x' in big %}{% endif %}{% endfor %}{% endfor %}", "MaxSteps")]
    public void A_bomb_ends_soon_with_the_limit_named(string source, string limit)
    {
        var watch = Stopwatch.StartNew();
        var error = Assert.Throws<TemplateErrorException>(() => Render(source));
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
        // Far more than it takes; a bomb that goes off takes hours or all the memory.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"took {watch.Elapsed}");
    }

    [Fact]
    public void A_hash_of_shared_nested_tuples_is_bounded()
    {
        Assert.Throws<TemplateErrorException>(() =>
            Render("{% set ns = namespace(x=(1,)) %}{% for a in range(100) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ ns.x in {1: 2} }}{{ [ns.x] | unique | list | length }}"));
    }

    [Theory]
    [InlineData("(", ")", "{{ ", "1", " }}")]
    [InlineData("[", "]", "{{ ", "1", " }}")]
    [InlineData("{1:", "}", "{{ ", "1", " }}")]
    [InlineData("-", "", "{{ ", "1", " }}")]
    [InlineData("not (", ")", "{{ ", "1", " }}")]
    [InlineData("f(", ")", "{{ ", "1", " }}")]
    [InlineData("x[", "]", "{{ ", "1", " }}")]
    [InlineData("1 if ", " else 2", "{{ ", "1", " }}")]
    [InlineData("1 if 1 else ", "", "{{ ", "1", " }}")]
    [InlineData("", ".a", "{{ ", "x", " }}")]
    [InlineData("", "[0]", "{{ ", "x", " }}")]
    [InlineData("", "()", "{{ ", "x", " }}")]
    [InlineData("", " | trim", "{{ ", "x", " }}")]
    [InlineData("", " + 1", "{{ ", "1", " }}")]
    [InlineData("", " and 1", "{{ ", "1", " }}")]
    [InlineData("", " ** 1", "{{ ", "1", " }}")]
    [InlineData("{% if 1 %}", "{% endif %}", "", "x", "")]
    [InlineData("{% for i in [1] %}", "{% endfor %}", "", "x", "")]
    [InlineData("{% macro m() %}", "{% endmacro %}", "", "x", "")]
    [InlineData("{% filter trim %}", "{% endfilter %}", "", "x", "")]
    [InlineData("(", ",)", "{% for ", "a", " in x %}{% endfor %}")]
    public void Deep_nesting_in_the_source_is_refused_and_overflows_no_stack(string open, string close, string before, string middle, string after)
    {
        foreach (var depth in new[] { 500, 20_000 })
        {
            var source = before + Repeat(open, depth) + middle + Repeat(close, depth) + after;
            var error = Assert.Throws<TemplateErrorException>(() => ChatTemplate.Parse(source).Render([], new TemplateSettings()));
            Assert.Contains("nests deeper", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_small_stack_suffices_for_every_refusal()
    {
        var failures = new List<Exception>();
        var thread = new Thread(
            () =>
            {
                foreach (var source in new[]
                {
                    "{% macro m(x) %}{{ [[[[[[(((m(x) ~ '')))]]]]]] | string | trim | upper }}{% endmacro %}{{ m(1) }}",
                    "{{ " + Repeat("(", 90) + "1" + Repeat(")", 90) + " }}",
                    "{{ x" + Repeat(" + 1", 390) + " }}",
                    "{% set ns = namespace(x=[]) %}{% for a in range(150) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}{{ ns.x | tojson }}{{ ns.x == ns.x }}",
                })
                {
                    try
                    {
                        ChatTemplate.Parse(source).Render(new JsonObject { ["x"] = 1 }, new TemplateSettings());
                    }
                    catch (TemplateErrorException)
                    {
                    }
                    catch (Exception error)
                    {
                        failures.Add(error);
                    }
                }
            },
            maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Empty(failures);
    }

    [Fact]
    public void Input_deeper_than_the_limit_is_refused()
    {
        JsonNode node = new JsonArray();
        for (var i = 0; i < 1000; i++) node = new JsonArray(node);
        var error = Assert.Throws<TemplateErrorException>(() => ChatTemplate.Parse("x").Render(new JsonObject { ["deep"] = node }, new TemplateSettings()));
        Assert.Contains("MaxDepth", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_longer_than_the_limit_is_refused() =>
        Assert.Contains("MaxSourceLength", Assert.Throws<TemplateErrorException>(() => ChatTemplate.Parse(new string('x', 2 << 20))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_long_conversation_fits_in_the_limits()
    {
        var messages = new JsonArray();
        for (var i = 0; i < 2000; i++)
            messages.Add(new JsonObject { ["role"] = i % 2 == 0 ? "user" : "assistant", ["content"] = new string('x', 2000) });
        var template = ChatTemplate.Parse(
            "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + (m['content'] | trim) + '<|im_end|>\n' }}{% endfor %}");
        var prompt = template.Render(new JsonObject { ["messages"] = messages }, new TemplateSettings());
        Assert.True(prompt.Text.Length > 4_000_000);
    }

    [Fact]
    public void The_line_of_a_failure_is_told()
    {
        Assert.Contains("line 3", Assert.Throws<TemplateErrorException>(() => Render("a\n\n{{ missing.x }}")).Message, StringComparison.Ordinal);
        Assert.Contains("line 2", Assert.Throws<TemplateErrorException>(() => ChatTemplate.Parse("a\n{% if %}")).Message, StringComparison.Ordinal);
    }

    private static void Render(string source) => ChatTemplate.Parse(source).Render(new JsonObject { ["big"] = new string('y', 100_000) }, new TemplateSettings());

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();
}
