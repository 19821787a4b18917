using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.Logging;

/// <summary>
/// Writes the log on a thread of its own, so that a slow terminal or pipe never holds a request up: lines wait in a bounded queue; what finds no room in it is
/// dropped and counted, and the log says how many were.
/// </summary>
public sealed class LogWriter : IAsyncDisposable
{
    private const int Waiting = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Channel<Func<LogFormat, string>> _lines = Channel.CreateBounded<Func<LogFormat, string>>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly TextWriter _output;
    private readonly LogFormat _format;
    private readonly TimeProvider _clock;
    private readonly Task _writing;
    private long _dropped;

    /// <summary>Starts writing.</summary>
    /// <param name="output">Where lines go; standard error.</param>
    /// <param name="format">How they are written.</param>
    /// <param name="clock">Tells the time.</param>
    public LogWriter(TextWriter output, LogFormat format, TimeProvider clock)
    {
        (_output, _format, _clock) = (output, format, clock);
        _writing = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>A request is over.</summary>
    public void Tell(RequestLine line) => Queue(format => format == LogFormat.Text ? LineText.Of(line) : Json(json => LineText.Write(json, line)));

    /// <summary>Something else happened.</summary>
    /// <param name="level">How bad it is.</param>
    /// <param name="category">Who tells it.</param>
    /// <param name="message">What happened.</param>
    /// <param name="request">The id of the request in which it happened, or null.</param>
    /// <param name="failure">The failure, or null.</param>
    public void Tell(LogLevel level, string category, string message, string? request = null, Exception? failure = null)
    {
        var now = _clock.GetUtcNow();
        Queue(format => format == LogFormat.Text ? LineText.Of(now, level, category, message, request, failure) : Json(json => LineText.Write(json, now, level, category, message, request, failure)));
    }

    /// <summary>Writes what waits; where that takes longer than two seconds the rest is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing.WaitAsync(Patience, _clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Queue(Func<LogFormat, string> line)
    {
        if (!_lines.Writer.TryWrite(line))
            Interlocked.Increment(ref _dropped);
    }

    private void Write()
    {
        try
        {
            while (_lines.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (_lines.Reader.TryRead(out var line))
                    _output.WriteLine(line(_format));
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                    _output.WriteLine(Lost(dropped));
                _output.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody reads the log any more; the server goes on.
        }
    }

    private string Lost(long count)
    {
        var message = FormattableString.Invariant($"{count} lines were dropped: whoever reads this log is too slow");
        return _format == LogFormat.Text
            ? LineText.Of(_clock.GetUtcNow(), LogLevel.Warning, nameof(LogWriter), message, null, null)
            : Json(json => LineText.Write(json, _clock.GetUtcNow(), LogLevel.Warning, nameof(LogWriter), message, null, null));
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            write(json);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
