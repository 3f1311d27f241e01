using ComfyFunc.Standalone;

// dotnet run --project src/Standalone [-- demo [--once]] [--urls http://localhost:7071] [--Section:Key value]
var isDemo = args is ["demo", ..];
var once = args.Contains("--once");
string[] settings = [.. args.Where(a => a is not ("demo" or "--once"))];

using var stop = new CancellationTokenSource();
using var interrupted = StopSignals.Cancel(stop);
try
{
    await using var storage = await LocalStorage.PrepareAsync(StandaloneApp.ReadSettings(settings), stop.Token);
    await using var app = StandaloneApp.Build(settings, storage.Options);
    await app.StartAsync(stop.Token);
    StandaloneApp.Announce(app);
    var succeeded = true;
    if (isDemo)
    {
        await using var demo = new Demo(app);
        succeeded = await demo.RunAsync(stop.Token);
        if (!once)
        {
            await app.WaitForShutdownAsync(stop.Token);
        }
    }
    else
    {
        await app.WaitForShutdownAsync(stop.Token);
    }

    await app.StopAsync(CancellationToken.None);
    return succeeded ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (StartRefusedException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
