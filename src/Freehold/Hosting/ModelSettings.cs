using System.CommandLine;
using Freehold.Commands;
using Freehold.Engine;

namespace Freehold.Hosting;

/// <summary>What a command line says about how models are run.</summary>
internal sealed record ModelSettings(int? Threads, int? Activations, int? Context = null, long? KvMemory = null, int? MaxStreams = null)
{
    /// <summary>Which small models guess for which large ones.</summary>
    public Drafts Drafts { get; init; } = Drafts.None;

    public EngineOptions Engine => new() { Context = Context, KvMemoryBytes = KvMemory, MaxStreams = MaxStreams };
}

/// <summary>The options of every command that computes; those that serve streams have three more.</summary>
internal sealed class ModelSettingsOptions
{
    private readonly Option<int?> _threads = CommonOptions.Threads(), _activations = CommonOptions.Activations();
    private readonly Option<int?> _context = CommonOptions.Context(), _maxStreams = CommonOptions.MaxStreams();
    private readonly Option<long?> _kvMemory = CommonOptions.KvMemory();
    private readonly Option<string[]> _models = CommonOptions.Models();
    private readonly bool _streams;

    public ModelSettingsOptions(Command command, bool streams)
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
        command.Options.Add(_models);
    }

    public ModelSettings Read(ParseResult parsed) => _streams
        ? new(parsed.GetValue(_threads), parsed.GetValue(_activations), parsed.GetValue(_context), parsed.GetValue(_kvMemory), parsed.GetValue(_maxStreams))
        : new(parsed.GetValue(_threads), parsed.GetValue(_activations));

    public string[]? Folders(ParseResult parsed) => parsed.GetValue(_models);
}
