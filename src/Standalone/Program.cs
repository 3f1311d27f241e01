using ComfyFunc.Standalone;

var command = CommandLine.Read(args);
if (command.Wanted is StandaloneCommand.Tell tell)
{
    return tell.Print();
}

using var stop = new CancellationTokenSource();
using var interrupted = StopSignals.Cancel(stop);
return await new StandaloneProcess(command).RunAsync(stop.Token);
