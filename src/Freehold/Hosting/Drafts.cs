using System.CommandLine;
using Freehold.Catalog.Resolution;
using Freehold.Commands;
using Freehold.Hosting.Configuration;
using Freehold.Lifecycle;

namespace Freehold.Hosting;

/// <summary>Which small models guess for which large ones, as the owner says.</summary>
internal sealed class Drafts
{
    private readonly IReadOnlyList<(string? Target, string Draft)> _choices;
    private readonly Func<string, ResolvedModel> _resolve;
    private readonly Dictionary<string, ModelHeader> _headers = [];

    private Drafts(IReadOnlyList<(string?, string)> choices, Func<string, ResolvedModel> resolve) => (_choices, _resolve) = (choices, resolve);

    /// <summary>Nobody guesses.</summary>
    public static Drafts None { get; } = new([], _ => throw new InvalidOperationException("there are no drafts"));

    /// <summary>Reads values: DRAFT for the one model that is named, MODEL=DRAFT for that one.</summary>
    /// <param name="found">The values and whose they are.</param>
    /// <param name="named">The models that were named, as they were resolved.</param>
    /// <param name="resolve">Finds a model by path or name.</param>
    /// <exception cref="CommandException">A value makes no sense, or does not say which of several models it is for (2).</exception>
    public static Drafts Read(FoundSetting found, IReadOnlyList<ResolvedModel> named, Func<string, ResolvedModel> resolve)
    {
        var choices = new List<(string?, string)>();
        foreach (var value in found.Values)
        {
            var at = value.IndexOf('=', StringComparison.Ordinal);
            var (target, draft) = at < 0 ? (null, value) : (value[..at].Trim(), value[(at + 1)..].Trim());
            if (draft.Length == 0 || target is "")
                throw CommandException.Usage($"{found.Whose} is '{value}'; write DRAFT, or MODEL=DRAFT");
            if (target is null && named.Count > 1)
                throw CommandException.Usage($"{found.Whose} is '{value}', and {named.Count} models were named; say for which it guesses: {named[0].Name}={value}");
            if (choices.Exists(choice => string.Equals(choice.Item1, target, StringComparison.OrdinalIgnoreCase)))
                throw CommandException.Usage($"{found.Whose} names two drafts for {target ?? "one model"}; one was expected");
            choices.Add((target ?? (named.Count == 1 ? named[0].Name : null), draft));
        }
        return new Drafts(choices, resolve);
    }

    /// <summary>The draft of a model; null where it has none.</summary>
    public ResolvedModel? For(string model)
    {
        foreach (var (target, draft) in _choices)
            if (string.Equals(target, model, StringComparison.OrdinalIgnoreCase))
                return _resolve(draft);
        return null;
    }

    /// <summary>The header of a model's draft, read when it is first asked for; null where it has none.</summary>
    public ModelHeader? HeaderFor(string model)
    {
        if (For(model) is not { } draft)
            return null;
        lock (_headers)
            return _headers.TryGetValue(draft.Path, out var known) ? known : _headers[draft.Path] = ModelHeader.Read(draft);
    }
}

/// <summary>The option for that, of every command that decodes.</summary>
internal sealed class DraftOption
{
    private readonly Option<string[]> _draft = new(ServerSetting.Drafts.Option)
    {
        Description = $"A small model of the same vocabulary that guesses ahead: the same tokens in fewer steps, where it is often right. For one of several models: MODEL=DRAFT; may be given more than once. Also {ServerSetting.Drafts.Variable}, and \"{ServerSetting.Drafts.Key}\" in config.json.",
        HelpName = "DRAFT",
        Arity = ArgumentArity.OneOrMore,
    };

    public DraftOption(Command command) => command.Options.Add(_draft);

    /// <summary>What is in force for the models that were named.</summary>
    /// <exception cref="CommandException">A value makes no sense (2).</exception>
    public Drafts Read(ParseResult parsed, ModelOpening opening, string[]? folders, params IReadOnlyList<ResolvedModel> named) =>
        Drafts.Read(opening.Find(ServerSetting.Drafts, parsed.GetValue(_draft)), named, name => opening.Resolve(name, folders));
}
