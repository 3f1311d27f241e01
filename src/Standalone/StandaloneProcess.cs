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
            return await DoAsync(stopping);
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

    private async Task<int> DoAsync(CancellationToken stopping)
    {
        if (!command.Faults.IsEmpty)
        {
            throw new StartRefusedException([.. command.Faults]);
        }

        if (command.Wanted is StandaloneCommand.Convert { Files: var files })
        {
            await using var output = Console.OpenStandardOutput();
            return LocalConversion.Run(files, output, Console.Error) ? Done : Refused;
        }

        var configuration = StandaloneApp.ReadSettings([.. command.Settings]);
        var settings = StartSettings.Read(configuration);
        switch (command.Wanted)
        {
            case StandaloneCommand.Backup { To: var folder }:
                LocalBackup.Run(settings, folder);
                return Done;
            case StandaloneCommand.Migrate:
                storage = settings.Storage.NamesAccount ? settings.Storage : null;
                await LocalMigration.RunAsync(settings, stopping);
                return Done;
            default:
                return await ServeAsync(configuration, settings, command.Wanted as StandaloneCommand.Demo, stopping);
        }
    }

    private async Task<int> ServeAsync(IConfiguration configuration, StartSettings settings, StandaloneCommand.Demo? demo,
        CancellationToken stopping)
    {
        var door = demo is null ? DemoDoor.Open : DemoDoor.Of(settings.ComfyFunc);
        string[] args = [.. command.Settings, .. door.Settings];
        StandaloneApp.RefuseOpenDoors(configuration, settings);
        StandaloneApp.RefuseLostAddresses(configuration);
        if (demo is not null)
        {
            Demo.Introduce();
        }

        using var local = await LocalStorage.OpenAsync(settings, stopping);
        storage = local.Account;
        await using var app = StandaloneApp.Build(args, local);
        await app.StartAsync(stopping);
        StandaloneApp.Announce(app);
        var succeeded = await RunAsync(app, door, demo, stopping);
        await app.StopAsync(CancellationToken.None);
        return succeeded ? Done : DemoFailed;
    }

    private static async Task<bool> RunAsync(WebApplication app, DemoDoor door, StandaloneCommand.Demo? wanted,
        CancellationToken stopping)
    {
        if (wanted is null)
        {
            await app.WaitForShutdownAsync(stopping);
            return true;
        }

        await using var demo = new Demo(app, door);
        var succeeded = await demo.RunAsync(stopping);
        if (!wanted.IsOnce)
        {
            await app.WaitForShutdownAsync(stopping);
        }

        return succeeded;
    }
}
