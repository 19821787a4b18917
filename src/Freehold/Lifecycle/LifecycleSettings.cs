using System.CommandLine;
using Freehold.Catalog;
using Freehold.Catalog.Names;
using Freehold.Commands;
using Freehold.Gateway.Serving;
using Freehold.Hosting;
using Freehold.Hosting.Configuration;

namespace Freehold.Lifecycle;

/// <summary>What the owner says of the life of models.</summary>
/// <param name="Only">Whether requests may name nothing but what was named when the server was started.</param>
/// <param name="KeepAlive">How long a model that a request loaded stays when nobody uses it.</param>
/// <param name="Memory">Bytes that all models may take together; null for most of what is free at the start.</param>
/// <param name="Aliases">More names for models, in order.</param>
internal sealed record LifecycleSettings(bool Only, TimeSpan KeepAlive, long? Memory, IReadOnlyList<ModelAlias> Aliases)
{
    /// <summary>What holds where nobody says anything.</summary>
    public static LifecycleSettings Usual { get; } = new(false, TimeSpan.FromMinutes(5), null, []);
}

/// <summary>The options for that of every command that serves.</summary>
internal sealed class LifecycleOptions
{
    private readonly Option<bool> _only = new(ServerSetting.Only.Option) { Description = $"Serve nothing but the models named here; otherwise a request may load any model of the catalogue. {Also(ServerSetting.Only)}" };
    private readonly Option<string[]> _keepAlive = Of(ServerSetting.KeepAlive, "TIME", "How long a model that a request loaded stays when nobody uses it: 30s, 5m (the default), 2h; -1 until its memory is wanted. Models named here always stay.");
    private readonly Option<string[]> _memory = Of(ServerSetting.Memory, "SIZE", "Memory that all models may take together, such as 8G; nine tenths of what is free at the start unless given.");
    private readonly Option<string[]> _aliases = Of(ServerSetting.Aliases, "NAME=MODEL", "One more name for a model, * for any characters: 'claude-*=MODEL', default=MODEL. May be given more than once; whole names go before patterns, then the first that fits.");

    public LifecycleOptions(Command command)
    {
        foreach (var option in new Option[] { _only, _keepAlive, _memory, _aliases })
            command.Options.Add(option);
    }

    /// <summary>What is in force: the command line goes before the environment, that before the configuration.</summary>
    /// <exception cref="CommandException">A value makes no sense (2).</exception>
    public LifecycleSettings Read(ParseResult parsed, ModelOpening opening)
    {
        var only = opening.Find(ServerSetting.Only, parsed.GetValue(_only) ? ["yes"] : null);
        var keepAlive = opening.Find(ServerSetting.KeepAlive, parsed.GetValue(_keepAlive));
        var memory = opening.Find(ServerSetting.Memory, parsed.GetValue(_memory));
        var aliases = opening.Find(ServerSetting.Aliases, parsed.GetValue(_aliases));
        return new LifecycleSettings(
            only.Single()?.ToLowerInvariant() switch
            {
                "yes" or "true" or "1" => true,
                "no" or "false" or "0" or null => false,
                var other => throw CommandException.Usage($"{only.Whose} is '{other}'; it must be yes or no"),
            },
            Gateway.Serving.KeepAlive.TryParse(keepAlive.Single()!, out var time) ? time : throw CommandException.Usage($"{keepAlive.Whose} is '{keepAlive.Single()}'; write a time such as 30s, 5m or 2h, or -1"),
            memory.Single() is not { } text ? null : ByteCount.TryParse(text, out var bytes) ? bytes : throw CommandException.Usage($"{memory.Whose} is '{text}'; write a size such as 512M or 8G"),
            [.. aliases.Values.Select(value => Alias(value, aliases.Whose))]);
    }

    private static ModelAlias Alias(string text, string whose)
    {
        try
        {
            return ModelAlias.Parse(text);
        }
        catch (CatalogException e)
        {
            throw CommandException.Usage($"{whose}: {e.Message}");
        }
    }

    private static Option<string[]> Of(ServerSetting setting, string value, string description) =>
        new(setting.Option) { Description = $"{description} {Also(setting)}", HelpName = value, Arity = ArgumentArity.OneOrMore };

    private static string Also(ServerSetting setting) => $"Also {setting.Variable}, and \"{setting.Key}\" in config.json.";
}
