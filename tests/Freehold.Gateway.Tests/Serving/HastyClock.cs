namespace Freehold.Gateway.Tests.Serving;

/// <summary>A clock whose timers go off a thousand times as soon: ten seconds are ten milliseconds.</summary>
internal sealed class HastyClock : TimeProvider
{
    /// <summary>A time that no test waits for; what is not to go off needs it.</summary>
    public static TimeSpan Never { get; } = TimeSpan.FromDays(30);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 1000 : dueTime, period);
}
