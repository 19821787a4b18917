using System.Text;
using System.Text.Json.Nodes;
using Freehold.Models.Templates;

namespace Freehold.Fuzz.Targets;

/// <summary>Chat templates: parsed, and rendered with a conversation.</summary>
public sealed class TemplateTarget : IFuzzTarget
{
    private static readonly JsonObject _input = new()
    {
        ["messages"] = new JsonArray(
            new JsonObject { ["role"] = "system", ["content"] = "Be brief." },
            new JsonObject { ["role"] = "user", ["content"] = "Hello <|im_end|> there" }),
        ["add_generation_prompt"] = true,
    };

    /// <inheritdoc/>
    public string Name => "template";

    /// <inheritdoc/>
    public IEnumerable<byte[]> Seeds =>
    [
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>' }}{% endfor %}"u8.ToArray(),
        "{%- macro show(x, y=2) -%}{{ x ~ y }}{%- endmacro -%}{% set ns = namespace(n=0) %}{% for m in messages[1:] %}{% set ns.n = ns.n + loop.index0 %}{{ show(m.content | upper, ns.n) }}{% else %}none{% endfor %}"u8.ToArray(),
        "{% if messages | length > 1 and 'a' in messages[0].content %}{{ messages | tojson(indent=2) }}{% elif x is defined %}{{ raise_exception('no') }}{% endif %}{# c #}{% raw %}{{ }}{% endraw %}"u8.ToArray(),
        "{{ messages | map(attribute='role') | join(', ') }}{{ range(3) | list }}{{ {'a': [1, 2.5, none, true]}.items() | list }}{{ 'abc'[::-1] }}{{ '%s-%d' | format('x', 3) }}{{ 7 // 2 ** 3 % 5 }}"u8.ToArray(),
    ];

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input) =>
        ChatTemplate.Parse(Encoding.UTF8.GetString(input)).Render(_input, new TemplateSettings { BosToken = "<s>", EosToken = "</s>" });

    /// <inheritdoc/>
    public bool IsRefusal(Exception exception) => exception is TemplateErrorException or TemplateRefusedException;

    /// <inheritdoc/>
    public long AllocationLimit(int inputBytes) => 1L << 30;
}
