namespace Freehold.Engine;

/// <summary>How its pages become fewer for other models' sake, and more again.</summary>
internal sealed partial class EngineCore
{
    private TaskCompletionSource<int>? _resized;
    private int _wantedPages;

    /// <summary>Changes how many pages there are before the next step; the result is how many there are then. Of two changes before one step the second counts, for both.</summary>
    public Task<int> ResizeAsync(int pages)
    {
        lock (_doorLock)
        {
            _wantedPages = pages;
            _resized ??= new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _resized.Task;
        }
    }

    /// <summary>No step comes any more: nothing changes.</summary>
    public void EndResizing() => TakeResizing(out _)?.SetResult(Pages.Total);

    private void Resize()
    {
        if (Volatile.Read(ref _resized) is null || TakeResizing(out var pages) is not { } resized)
            return;
        try
        {
            _scheduler.Resize(pages);
        }
        finally
        {
            resized.SetResult(Pages.Total);
        }
    }

    private TaskCompletionSource<int>? TakeResizing(out int pages)
    {
        lock (_doorLock)
        {
            pages = _wantedPages;
            var resized = _resized;
            _resized = null;
            return resized;
        }
    }
}
