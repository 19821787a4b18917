using System.Globalization;
using Freehold.Catalog;

namespace Freehold.Commands.Catalogue;

/// <summary>Shows a transfer to a person: one line that is redrawn on a terminal, plain lines at every tenth elsewhere.</summary>
internal sealed class TransferConsole : TransferReport, IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);

    private readonly TextWriter _error;
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;
    private readonly Lock _lock = new();
    private string _file = "";
    private long? _total;
    private long _done, _present, _began;
    private int _told;
    private bool _drawn;
    private TransferPhase _phase;

    public TransferConsole(TextWriter error, bool draws, TimeProvider time)
    {
        _error = error;
        _time = time;
        _timer = draws ? time.CreateTimer(_ => Draw(), null, Redraw, Redraw) : null;
    }

    public override void Begin(string file, long? total, long present, TransferPhase phase)
    {
        lock (_lock)
        {
            Clear();
            (_file, _total, _done, _present, _phase, _told, _began) = (file, total, present, present, phase, 0, _time.GetTimestamp());
            if (_timer is null)
                _error.WriteLine($"{Doing()} {file}{(total is { } t ? $" ({ByteSize.Text(t)})" : "")}");
        }
    }

    public override void Advance(long bytes)
    {
        lock (_lock)
        {
            _done += bytes;
            if (_timer is not null || _total is not > 0 || _phase != TransferPhase.Fetching || (int)(10 * _done / _total.Value) is var tenth && tenth <= _told)
                return;
            _told = (int)(10 * _done / _total.Value);
            if (_told < 10)
                _error.WriteLine($"  {_told * 10} % of {_file}");
        }
    }

    public override void Note(string message)
    {
        lock (_lock)
        {
            Clear();
            _error.WriteLine(message);
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_lock)
            Clear();
    }

    private string Doing() => _phase switch
    {
        TransferPhase.Fetching => "fetching",
        TransferPhase.Copying => "copying",
        _ => "verifying",
    };

    private void Draw()
    {
        lock (_lock)
        {
            if (_file.Length == 0)
                return;
            var seconds = _time.GetElapsedTime(_began).TotalSeconds;
            var speed = seconds > 0.5 ? (_done - _present) / seconds : 0;
            var line = $"{Doing()} {Shortened(_file, 36)} {Amount()}{(speed > 0 ? $" {ByteSize.Text((long)speed)}/s" : "")}{Left(speed)}";
            _error.Write("\r\u001b[K" + line);
            _error.Flush();
            _drawn = true;
        }
    }

    private string Amount()
    {
        if (_total is not { } total || total == 0)
            return ByteSize.Text(_done);
        var share = Math.Clamp((double)_done / total, 0, 1);
        var full = (int)(share * BarWidth);
        return string.Create(CultureInfo.InvariantCulture, $"[{new string('#', full)}{new string('.', BarWidth - full)}] {share * 100,3:F0} % of {ByteSize.Text(total)}");
    }

    private string Left(double speed) =>
        _total is { } total && speed > 1 && total > _done ? $", {TimeSpan.FromSeconds(Math.Min(359_999, (total - _done) / speed)):h\\:mm\\:ss} left" : "";

    private void Clear()
    {
        if (_drawn)
            _error.Write("\r\u001b[K");
        _drawn = false;
    }

    private static string Shortened(string name, int width) => name.Length <= width ? name : string.Concat("…", name.AsSpan(name.Length - width + 1));
}
