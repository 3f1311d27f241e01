using ComfyFunc.Standalone;

var command = CommandLine.Read(args);
if (command.Told is { } tell)
{
    return tell();
}

using var stop = new CancellationTokenSource();
using var interrupted = StopSignals.Cancel(stop);
return await new StandaloneProcess(command).RunAsync(stop.Token);
