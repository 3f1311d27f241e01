using System.Runtime.CompilerServices;
using ComfyFunc.Tests.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Standalone;

/// <summary>
/// Makes this test program, when it is started with a folder in its environment, a process that starts an emulator there and waits to be
/// killed.
/// </summary>
internal static class AzuriteParent
{
    public const string Variable = "COMFYFUNC_TEST_AZURITE_PARENT";

    // Before Main, since xunit writes Main. Nothing here may need this assembly on another thread: that would wait for this very method.
#pragma warning disable CA2255 // The assembly is a program, started by its own tests.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
        {
            return;
        }

        var options = new AzuriteOptions { DataFolder = folder, ToolFolder = TestFolders.Tools };
        var azurite = AzuriteProcess.StartAsync(options, NullLogger.Instance, CancellationToken.None).GetAwaiter().GetResult();
        Console.WriteLine(azurite.ConnectionString);
        Thread.Sleep(Timeout.Infinite);
    }
}
