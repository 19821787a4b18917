using Freehold.Gateway.Logging;
using Microsoft.Extensions.Logging;

namespace Freehold.Hosting;

/// <summary>The web host's warnings and failures, in the server's log, under the id of the request in which they happened.</summary>
internal sealed class ErrorLog(LogWriter log) : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    // The gateway opens one with the request's id as its state.
    private string? Request()
    {
        string? id = null;
        _scopes.ForEachScope((state, _) => id = state as string ?? id, 0);
        return id;
    }

    private sealed class Writer(ErrorLog owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => owner._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                owner.Tell(logLevel, category, formatter(state, exception), exception);
        }
    }

    private void Tell(LogLevel level, string category, string message, Exception? failure) => log.Tell(level, category, message, Request(), failure);
}
