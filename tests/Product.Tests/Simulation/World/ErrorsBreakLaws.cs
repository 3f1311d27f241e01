using Microsoft.Extensions.Logging;

namespace ComfyFunc.Simulation;

/// <summary>A process's log, where an error is a defect: what the world throws at it is expected, and no more than a warning.</summary>
internal sealed class ErrorsBreakLaws(Laws laws) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            laws.Break($"{formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
    }
}
