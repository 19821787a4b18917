using System.CommandLine;
using Freehold.Commands;
using Freehold.Engine;
using Freehold.Hosting.Configuration;
using Freehold.Kernels.Attention;

namespace Freehold.Hosting;

/// <summary>What a command line says about how models are run.</summary>
internal sealed record ModelSettings(int? Threads, int? Activations, int? Context = null, long? KvMemory = null, int? MaxStreams = null)
{
    /// <summary>Which small models guess for which large ones.</summary>
    public Drafts Drafts { get; init; } = Drafts.None;

    /// <summary>How keys and values are stored.</summary>
    public KvType KeysValues { get; init; }

    /// <summary>How weights lie in memory.</summary>
    public PackChoice Pack { get; init; } = PackChoice.Lossless;

    public EngineOptions Engine => new() { Context = Context, KvMemoryBytes = KvMemory, MaxStreams = MaxStreams };
}

/// <summary>The options of every command that computes; those that generate or score have one more, those that serve streams three more than that.</summary>
internal sealed class ModelSettingsOptions
{
    private readonly Option<int?> _threads = CommonOptions.Threads(), _activations = CommonOptions.Activations();
    private readonly Option<int?> _context = CommonOptions.Context(), _maxStreams = CommonOptions.MaxStreams();
    private readonly Option<long?> _kvMemory = CommonOptions.KvMemory();
    private readonly Option<string[]> _models = CommonOptions.Models();
    private readonly Option<string[]> _keysValues = new(ServerSetting.KeysValues.Option)
    {
        Description = $"How keys and values are stored: f32, or q8 (int8: 3.5 times as many fit, and long contexts are read faster; answers differ a little and name it). Also {ServerSetting.KeysValues.Variable}, and \"{ServerSetting.KeysValues.Key}\" in config.json.",
        HelpName = "TYPE",
    };
    private readonly Option<string[]> _pack = new(ServerSetting.Pack.Option)
    {
        Description = $"How weights are laid out: lossless (the file's own values, the default); off (the file as it is, slower); w8 or w4 (rounded to 8 or 4 bits: faster, and another model, NAME+w8). Also {ServerSetting.Pack.Variable}, and \"{ServerSetting.Pack.Key}\" in config.json.",
        HelpName = "HOW",
    };
    private readonly bool _streams;

    public ModelSettingsOptions(Command command, bool streams, bool generates = true)
    {
        _streams = streams;
        command.Options.Add(_threads);
        command.Options.Add(_activations);
        if (streams)
        {
            command.Options.Add(_context);
            command.Options.Add(_kvMemory);
            command.Options.Add(_maxStreams);
        }
        if (generates)
            command.Options.Add(_keysValues);
        command.Options.Add(_models);
        command.Options.Add(_pack);
    }

    public ModelSettings Read(ParseResult parsed, ModelOpening opening) => (_streams
        ? new ModelSettings(parsed.GetValue(_threads), parsed.GetValue(_activations), parsed.GetValue(_context), parsed.GetValue(_kvMemory), parsed.GetValue(_maxStreams))
        : new ModelSettings(parsed.GetValue(_threads), parsed.GetValue(_activations)))
        with
    {
        KeysValues = KeysValuesChoice.Of(opening.Find(ServerSetting.KeysValues, parsed.GetValue(_keysValues))),
        Pack = PackChoice.Of(opening.Find(ServerSetting.Pack, parsed.GetValue(_pack))),
    };

    public string[]? Folders(ParseResult parsed) => parsed.GetValue(_models);
}
