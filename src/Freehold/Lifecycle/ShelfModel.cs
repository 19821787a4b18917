using Freehold.Catalog.Resolution;
using Freehold.Gateway.Serving;
using Freehold.Hosting;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Freehold.Models.Templates;
using Freehold.Models.Templates.ToolUse;

namespace Freehold.Lifecycle;

/// <summary>A model that may be asked for, as its files are now. Its header is read when somebody first looks.</summary>
/// <param name="resolved">Where it is.</param>
/// <param name="version">What tells this state of its files from others.</param>
/// <param name="named">Whether the owner named it when the server was started.</param>
/// <param name="locate">Gives it a path where it has none yet.</param>
internal sealed class ShelfModel(ResolvedModel resolved, string version, bool named, Func<ResolvedModel, ResolvedModel> locate)
{
    private readonly Lazy<ModelHeader> _header = new(() => ModelHeader.Read(locate(resolved)));
    private AnswerTraits? _traits;

    public string Name => resolved.Name;

    public string Version => version;

    public bool IsNamed => named;

    public ResolvedModel Resolved => resolved;

    /// <summary>Its header.</summary>
    /// <exception cref="ModelFormatException">It is damaged, or of a kind that is not run.</exception>
    public ModelHeader Header => _header.Value;

    /// <summary>The same with a path to open.</summary>
    public ResolvedModel Located() => locate(resolved);

    /// <summary>Whether it can be run, by its header.</summary>
    public bool IsRunnable
    {
        get
        {
            try
            {
                return Header is not null;
            }
            catch (Exception e) when (IsFault(e))
            {
                return false;
            }
        }
    }

    /// <summary>What can be said of it without loading it. Of one whose header cannot be read nothing is known: the attempt to load it says why.</summary>
    public ModelCard Card(int? context)
    {
        if (!IsRunnable)
            return new ModelCard(Name, DateTimeOffset.UnixEpoch, "freehold", Chats: true, Embeds: true, 0);
        var header = Header;
        var created = resolved.Manifest?.Added ?? new DateTimeOffset(File.GetLastWriteTimeUtc(resolved.Path), TimeSpan.Zero);
        return new ModelCard(Name, created, "freehold", header.Kind == ModelKind.Generates, header.Kind == ModelKind.Embeds, Math.Min(header.Context, context ?? int.MaxValue)) { Reranks = header.Kind == ModelKind.Ranks, Facts = header.Facts, Foreseen = Foresee };
    }

    // Of a template that cannot be read the load says why.
    private AnswerTraits Foresee()
    {
        try
        {
            return _traits ??= Header.Facts.Template is { } template ? EngineText.TraitsOf(AnswerFormat.Of(ChatTemplate.Parse(template))) : AnswerTraits.None;
        }
        catch (Exception e) when (IsFault(e) || e is TemplateErrorException or TemplateRefusedException)
        {
            return _traits = AnswerTraits.None;
        }
    }

    private static bool IsFault(Exception e) => e is ModelFormatException or IOException or UnauthorizedAccessException or Catalog.CatalogException;
}
