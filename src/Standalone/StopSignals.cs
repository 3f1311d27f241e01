using System.Runtime.InteropServices;

namespace ComfyFunc.Standalone;

/// <summary>Turns Ctrl+C and SIGTERM into a cancellation from the first moment on.</summary>
internal static class StopSignals
{
    public static IDisposable Cancel(CancellationTokenSource stop)
    {
        var registrations =
            new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT }.Select(s => PosixSignalRegistration.Create(s, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        })).ToArray();
        return new Registrations(registrations);
    }

    private sealed class Registrations(PosixSignalRegistration[] registrations) : IDisposable
    {
        public void Dispose()
        {
            foreach (var registration in registrations)
            {
                registration.Dispose();
            }
        }
    }
}
