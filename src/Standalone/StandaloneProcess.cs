using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Standalone;

/// <summary>
/// The life of the process: settings, storage, the application, the demo or another command where it is wanted, and the end. What keeps it
/// from starting is said on the error stream, a line each.
/// </summary>
internal sealed class StandaloneProcess(CommandLine command)
{
    private const int Done = 0;
    private const int DemoFailed = 1;
    private const int Refused = 1;
    private const int NotStarted = 2;

    private StorageOptions? storage;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        try
        {
            return await ServeAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Done;
        }
        catch (Exception e)
        {
            foreach (var line in StartFailure.Describe(e, storage))
            {
                await Console.Error.WriteLineAsync(line);
            }

            return NotStarted;
        }
    }

    private async Task<int> ServeAsync(CancellationToken stopping)
    {
        if (!command.Faults.IsEmpty)
        {
            throw new StartRefusedException([.. command.Faults]);
        }

        if (command.Conversion is { } files)
        {
            await using var output = Console.OpenStandardOutput();
            return LocalConversion.Run(files, output, Console.Error) ? Done : Refused;
        }

        var configuration = StandaloneApp.ReadSettings([.. command.Settings]);
        var settings = StartSettings.Read(configuration);
        if (command.BackupTo is { } folder)
        {
            LocalBackup.Run(settings, folder);
            return Done;
        }

        if (command.IsMigration)
        {
            storage = settings.Storage.NamesAccount ? settings.Storage : null;
            await LocalMigration.RunAsync(settings, stopping);
            return Done;
        }

        var door = command.IsDemo ? DemoDoor.Of(settings.ComfyFunc) : DemoDoor.Open;
        string[] args = [.. command.Settings, .. door.Settings];
        StandaloneApp.RefuseOpenDoors(configuration, settings);
        StandaloneApp.RefuseLostAddresses(configuration);
        if (command.IsDemo)
        {
            Demo.Introduce();
        }

        using var local = await LocalStorage.OpenAsync(settings, stopping);
        storage = local.Account;
        await using var app = StandaloneApp.Build(args, local);
        await app.StartAsync(stopping);
        StandaloneApp.Announce(app);
        var succeeded = await RunAsync(app, door, stopping);
        await app.StopAsync(CancellationToken.None);
        return succeeded ? Done : DemoFailed;
    }

    private async Task<bool> RunAsync(WebApplication app, DemoDoor door, CancellationToken stopping)
    {
        if (!command.IsDemo)
        {
            await app.WaitForShutdownAsync(stopping);
            return true;
        }

        await using var demo = new Demo(app, door);
        var succeeded = await demo.RunAsync(stopping);
        if (!command.IsOnce)
        {
            await app.WaitForShutdownAsync(stopping);
        }

        return succeeded;
    }
}
