using System.Threading.Channels;
using Freehold.Catalog;
using Freehold.Gateway.Serving;

namespace Freehold.Lifecycle;

/// <summary>A transfer's report as Ollama's clients read it; a piece of news each fifth of a second at most.</summary>
/// <param name="news">Where it goes.</param>
/// <param name="clock">Measures these.</param>
internal sealed class PullNews(ChannelWriter<PullProgress> news, TimeProvider clock) : TransferReport
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Lock _lock = new();
    private string _status = "pulling manifest", _file = "";
    private long? _total;
    private long _done, _told;

    public override void Begin(string file, long? total, long present, TransferPhase phase)
    {
        lock (_lock)
        {
            (_file, _total, _done) = (file, total, present);
            _status = $"{(phase switch { TransferPhase.Fetching => "pulling", TransferPhase.Copying => "copying", _ => "verifying" })} {file}";
            Tell();
        }
    }

    public override void Advance(long bytes)
    {
        lock (_lock)
        {
            _done += bytes;
            if (clock.GetElapsedTime(_told) >= Pause || _done == _total)
                Tell();
        }
    }

    public override void Note(string message) => news.TryWrite(new PullProgress(message));

    // Ollama's clients tell the bars of several files apart by their digest; a file's name does as well.
    private void Tell()
    {
        _told = clock.GetTimestamp();
        news.TryWrite(new PullProgress(_status, _file, _total, _done));
    }
}
