using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Server.Startup;

namespace ComfyFunc.Standalone;

/// <summary>The command that copies the data folder, and what it says.</summary>
internal static class LocalBackup
{
    /// <exception cref="StartRefusedException">There is nothing to copy, or nowhere to.</exception>
    public static void Run(StartSettings settings, string folder)
    {
        if (settings.Storage.NamesAccount)
        {
            throw new StartRefusedException("Storage: an account keeps the data; its own means back it up.");
        }

        var target = Path.GetFullPath(folder);
        try
        {
            var backup = EmbeddedBackup.Run(Path.GetFullPath(settings.Own.Data), target);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{target} is a backup of {settings.Own.Data}: {backup.Bytes} bytes; long files that it did not have yet: {backup.NewFiles}."));
        }
        catch (FolderInUseException)
        {
            throw new StartRefusedException($"backup: a process is using the folder {target}. Choose another one.");
        }
        catch (InvalidDataException e)
        {
            throw new StartRefusedException($"backup: {FailureText.OneLine(e.Message)} Choose another folder, or --Data <folder>.");
        }
        catch (StorageUnavailableException e)
        {
            throw new StartRefusedException($"backup: {FailureText.Root(e)}");
        }
    }
}
