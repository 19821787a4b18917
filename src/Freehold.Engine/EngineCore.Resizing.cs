namespace Freehold.Engine;

/// <summary>How its pages become fewer for other models' sake, and more again.</summary>
internal sealed partial class EngineCore
{
    private Resizing? _resizing;

    private sealed record Resizing(int Pages)
    {
        public TaskCompletionSource<int> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Changes how many pages there are before the next step; the result is how many there are then. Of two changes the first is answered by the second.</summary>
    public Task<int> ResizeAsync(int pages)
    {
        var asked = new Resizing(pages);
        if (Interlocked.Exchange(ref _resizing, asked) is { } before)
            asked.Done.Task.ContinueWith(after => Answer(before, after), TaskScheduler.Default);
        return asked.Done.Task;
    }

    /// <summary>No step comes any more: nothing changes.</summary>
    public void EndResizing() => Interlocked.Exchange(ref _resizing, null)?.Done.SetResult(Pages.Total);

    private void Resize()
    {
        if (Volatile.Read(ref _resizing) is null || Interlocked.Exchange(ref _resizing, null) is not { } asked)
            return;
        try
        {
            _scheduler.Resize(asked.Pages);
        }
        finally
        {
            asked.Done.SetResult(Pages.Total);
        }
    }

    private static void Answer(Resizing before, Task<int> after) => before.Done.SetResult(after.Result);
}
