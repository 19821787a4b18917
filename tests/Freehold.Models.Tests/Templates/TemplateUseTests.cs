using Freehold.Models.Templates;
using Xunit;

namespace Freehold.Models.Tests.Templates;

public sealed class TemplateUseTests
{
    [Theory]
    [InlineData("google-gemma-2-2b-it.jinja", false, false, false)]
    [InlineData("Qwen-Qwen3-0.6B.jinja", true, true, true)]
    [InlineData("microsoft-Phi-3.5-mini-instruct.jinja", true, false, false)]
    public void A_published_template_tells_what_it_supports(string name, bool system, bool tools, bool thinking)
    {
        var template = ChatTemplate.Parse(PublishedTemplates.Source(name));
        Assert.Equal(system, template.SupportsSystemRole);
        Assert.Equal(tools, template.SupportsTools);
        Assert.Equal(thinking, template.ReadNames.Contains("enable_thinking"));
    }

    [Fact]
    public void Names_and_attributes_that_a_template_reads_are_known()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}{{ m.content }}{{ m['tool_calls'] }}{{ m.get('name') }}{% endfor %}{{ 'enable_thinking' }}");
        Assert.Contains("messages", template.ReadNames);
        Assert.DoesNotContain("enable_thinking", template.ReadNames);
        Assert.Superset(new HashSet<string> { "content", "tool_calls", "name" }, template.ReadAttributes.ToHashSet());
        Assert.StartsWith("{% for m", template.Source, StringComparison.Ordinal);
    }
}
