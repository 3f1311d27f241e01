using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Startup;

/// <summary>Why the product did not start is said in one line, and not by its libraries with a stack trace before.</summary>
public static class StartLog
{
    /// <param name="others">What fails with the start besides the host, and says so.</param>
    public static void Quieten(ILoggingBuilder logging, params IEnumerable<string> others)
    {
        var hasStarted = false;
        logging.Services.AddHostedService(s => new Started(s.GetRequiredService<IHostApplicationLifetime>(), () => hasStarted = true));
        foreach (var category in others.Prepend("Microsoft.Extensions.Hosting.Internal.Host"))
        {
            logging.AddFilter(category, level => level >= (hasStarted ? LogLevel.Warning : LogLevel.None));
        }
    }

    /// <summary>Notes that the start is over.</summary>
    private sealed class Started(IHostApplicationLifetime lifetime, Action note) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(note);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
