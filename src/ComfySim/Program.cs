using System.Runtime.InteropServices;
using ComfyFunc.ComfySim;

// dotnet run --project src/ComfySim [-- --port 8188] [--host 127.0.0.1] [--name sim] [--vram-gb 24] [--speed 1] [--instant] [--data <folder>]
var settings = new ConfigurationBuilder().AddCommandLine([.. args.Select(a => a == "--instant" ? "--speed=0" : a)]).Build();
var options = new SimOptions
{
    Name = settings["name"] ?? "sim",
    Port = settings.GetValue("port", 8188),
    Listen = settings["host"] ?? "127.0.0.1",
    VramGb = settings.GetValue("vram-gb", 24.0),
    Speed = settings.GetValue("speed", 1.0),
    BaseDirectory = settings["data"],
};
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
