using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Server.Startup;

namespace ComfyFunc.Standalone;

/// <summary>
/// The storage of this process: the account that is configured under <c>Storage</c>, or an embedded store in the data folder.
/// </summary>
public sealed class LocalStorage : IDisposable
{
    private static readonly TimeSpan LongestClosing = TimeSpan.FromSeconds(8);

    // What is there is opened in milliseconds; a log that a killed process left is read first.
    private static readonly TimeSpan LongestOpening = TimeSpan.FromSeconds(60);

    private readonly EmbeddedStore? store;

    private LocalStorage(StorageOptions? account, EmbeddedStore? store) => (Account, this.store) = (account, store);

    /// <summary><see langword="null"/> for the embedded store.</summary>
    public StorageOptions? Account { get; }

    public static LocalStorage Of(StorageOptions account) => new(account, null);

    /// <exception cref="StartRefusedException">The data folder cannot be used.</exception>
    public static async Task<LocalStorage> OpenAsync(StartSettings settings, CancellationToken cancellationToken) =>
        settings.Storage.NamesAccount ? Of(settings.Storage) : await OpenFolderAsync(settings, cancellationToken);

    /// <summary>The embedded store, whatever account is configured.</summary>
    /// <exception cref="StartRefusedException">The data folder cannot be used.</exception>
    public static Task<LocalStorage> OpenFolderAsync(StartSettings settings, CancellationToken cancellationToken)
    {
        var options = new EmbeddedOptions(Path.GetFullPath(settings.Own.Data)) { MaxBytes = settings.Own.MaxDataBytes };
        return OpenAsync(options.Folder, () => EmbeddedStore.OpenAsync(options, cancellationToken), TimeProvider.System, cancellationToken);
    }

    /// <inheritdoc cref="OpenFolderAsync"/>
    internal static async Task<LocalStorage> OpenAsync(string folder, Func<Task<EmbeddedStore>> open, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        try
        {
            return new(null, await Task.Run(open, cancellationToken).WaitAsync(LongestOpening, clock, cancellationToken));
        }
        catch (TimeoutException)
        {
            throw new StartRefusedException(
                $"Data: the disk of the folder {folder} does not answer. Look after it, or choose another folder: --Data <folder>");
        }
        catch (FolderInUseException)
        {
            throw new StartRefusedException(
                $"Data: another ComfyFunc is using the folder {folder}. Stop it, or choose another folder: --Data <folder>");
        }
        catch (InvalidDataException e)
        {
            throw new StartRefusedException(
                $"Data: {FailureText.OneLine(e.Message)} Bring back a backup of it (docs/operations.md), or choose another folder: "
                    + "--Data <folder>");
        }
        catch (StorageFullException e)
        {
            throw new StartRefusedException($"Data: there is no room in the folder {folder}: {FailureText.Root(e)} Make some.");
        }
        catch (StorageUnavailableException e)
        {
            throw new StartRefusedException(
                $"Data: nothing can be written to the folder {folder}: {FailureText.Root(e)} Choose another folder: --Data <folder>");
        }
    }

    public void AddTo(IServiceCollection services)
    {
        if (store is not null)
        {
            services.AddStorage(store);
        }
        else
        {
            services.AddStorage(Account!); // One of the two is there.
        }
    }

    public void Dispose() => Close(LongestClosing, Console.Error);

    internal void Close(TimeSpan patience, TextWriter errors)
    {
        if (store?.TryClose(patience) is false)
        {
            errors.WriteLine("Data: the disk of the data folder does not answer. What was not answered may not be written.");
        }
    }
}
