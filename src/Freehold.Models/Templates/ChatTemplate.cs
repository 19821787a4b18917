using System.Collections;
using System.Text.Json.Nodes;
using Freehold.Models.Templates.Nodes;
using Freehold.Models.Templates.Operations;
using Freehold.Models.Templates.Syntax;
using Freehold.Models.Templates.Values;

namespace Freehold.Models.Templates;

/// <summary>
/// A model's chat template: the Jinja that published models use, without reflection and with bounded time, depth and output. It renders as
/// transformers' <c>apply_chat_template</c> does (jinja2's ImmutableSandboxedEnvironment with trim_blocks, lstrip_blocks, the loop controls and
/// the generation tag). One instance may render on many threads at once.
/// </summary>
public sealed partial class ChatTemplate
{
    private readonly Statement[] _body;
    private readonly TemplateLimits _limits;

    private ChatTemplate(string source, TemplateLimits limits)
    {
        Source = source;
        _limits = limits;
        (_body, ReadNames, ReadAttributes) = Parser.Parse(source);
    }

    /// <summary>The template as it was given.</summary>
    public string Source { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="source">The Jinja source.</param>
    /// <param name="limits">The limits of parsing and rendering; null for <see cref="TemplateLimits.Default"/>.</param>
    /// <exception cref="TemplateErrorException">The source is not a template, or uses what no safe subset gives; the message names the line.</exception>
    public static ChatTemplate Parse(string source, TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= TemplateLimits.Default;
        if (source.Length > limits.MaxSourceLength)
            throw new TemplateErrorException($"the template is longer than MaxSourceLength ({limits.MaxSourceLength} characters)");
        try
        {
            return new ChatTemplate(source, limits);
        }
        catch (TemplateFault fault)
        {
            throw new TemplateErrorException($"template line {fault.Line}: {fault.Message}");
        }
    }

    /// <summary>Renders a prompt.</summary>
    /// <param name="input">
    /// The variables: messages, tools, documents, add_generation_prompt and any other. All of it is data. <c>tools</c> and <c>documents</c> that
    /// are absent are none and <c>add_generation_prompt</c> is false, as transformers passes them.
    /// </param>
    /// <param name="settings">The trusted tokens, the time and the limits; a token given here wins over a variable of its name in the input.</param>
    /// <returns>The prompt, and of each of its characters whether it comes from the template.</returns>
    /// <exception cref="TemplateRefusedException">The template called <c>raise_exception</c>; the message is its text.</exception>
    /// <exception cref="TemplateErrorException">The template fails on this input, or needs more than the limits allow.</exception>
    public RenderedPrompt Render(JsonObject input, TemplateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(settings);
        var run = new Evaluation(settings.Limits ?? _limits, settings);
        try
        {
            var output = new TextBuilder(run);
            Statement.ExecuteAll(_body, Context(input, settings, run), output, run);
            return Prompt(output.ToText());
        }
        catch (TemplateFault fault)
        {
            throw new TemplateErrorException(run.Line > 0 ? $"template line {run.Line}: {fault.Message}" : fault.Message);
        }
    }

    private static Scope Context(JsonObject input, TemplateSettings settings, Evaluation run)
    {
        var scope = new Scope(Globals.Scope());
        scope.Set("messages", ListValue.List([], run));
        scope.Set("tools", NoneValue.FromTemplate);
        scope.Set("documents", NoneValue.FromTemplate);
        scope.Set("add_generation_prompt", BoolValue.False);
        try
        {
            foreach (var (name, value) in input) scope.Set(name, InputReader.Read(value, run));
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new TemplateFault($"the input is not JSON that a template can read: {error.Message}");
        }
        foreach (var (name, token) in settings.OtherTokens) scope.Set(name, new Text(token, true));
        if (settings.BosToken is { } bos) scope.Set("bos_token", new Text(bos, true));
        if (settings.EosToken is { } eos) scope.Set("eos_token", new Text(eos, true));
        return scope;
    }

    private static RenderedPrompt Prompt(Text text)
    {
        var flags = new BitArray(text.Value.Length, text.First);
        var trusted = text.First;
        for (var i = 0; i < text.Toggles.Length; i++)
        {
            trusted = !trusted;
            var end = i + 1 < text.Toggles.Length ? text.Toggles[i + 1] : text.Value.Length;
            for (var at = text.Toggles[i]; at < end; at++) flags[at] = trusted;
        }
        return new RenderedPrompt(text.Value, flags);
    }
}

/// <summary>The template itself raised an error (<c>raise_exception</c>): <see cref="Exception.Message"/> is its text, word for word.</summary>
public sealed class TemplateRefusedException(string message) : Exception(message);

/// <summary>The template cannot be parsed, fails on this input, or needs what no safe subset gives; the message says what and where.</summary>
public sealed class TemplateErrorException(string message) : Exception(message);
