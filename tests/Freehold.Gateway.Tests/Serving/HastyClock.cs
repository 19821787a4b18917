namespace Freehold.Gateway.Tests.Serving;

/// <summary>A clock whose timers go off a thousand times as soon: ten seconds are ten milliseconds.</summary>
internal sealed class HastyClock : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 1000 : dueTime, period);
}
