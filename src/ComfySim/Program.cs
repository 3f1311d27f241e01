using System.Runtime.InteropServices;
using ComfyFunc.ComfySim;

if (args.Contains("--help"))
{
    Console.Write(SimArguments.Help);
    return 0;
}

var (options, error) = SimArguments.Parse(args);
if (options is null)
{
    Console.Error.WriteLine($"{error} See --help.");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
await using var host = await SimulatedHost.StartAsync(options, stop.Token);
Console.WriteLine($"A simulated ComfyUI host listens on {host.Url}  (Ctrl+C stops it)");
try
{
    await Task.Delay(Timeout.Infinite, stop.Token);
}
catch (OperationCanceledException)
{
    // Asked to stop.
}

return 0;
