using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Calls;

/// <summary>
/// Files that clients send ahead of the calls that use them. Each client has its own; what is not used is gone after some days.
/// </summary>
public sealed class Uploads(IBlobStore blobs, ISasMinter sas, ComfyFuncOptions options, TimeProvider clock)
{
    /// <summary>How long the link of an upload takes a file.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(1);

    private const int DaysKept = 2;
    private const string Folder = "uploads/";

    private string sweptOn = "";

    /// <summary>Names a file to come.</summary>
    public UploadRef New()
    {
        var id = RunIds.New(clock);
        return new(id.Value);
    }

    /// <summary>A link with which anybody may write this one file, and not read it.</summary>
    public async Task<(Uri Url, DateTimeOffset Expires)> LinkAsync(UploadRef upload, string client, CancellationToken cancellationToken)
    {
        var expires = clock.GetUtcNow() + LinkLifetime;
        return (await sas.MintUploadAsync(BlobOf(upload, client), expires, cancellationToken), expires);
    }

    /// <summary>The headers that the file must come with.</summary>
    public ImmutableDictionary<string, string> LinkHeaders => sas.UploadHeaders;

    /// <summary>The most bytes that a file may have which comes by a link.</summary>
    public long MaxBytes => sas.LongestUpload ?? options.MaxInputBytes;

    /// <summary>Takes a file that came with a call.</summary>
    /// <returns><see langword="null"/> when it is larger than allowed.</returns>
    public async Task<BlobFile?> StoreAsync(UploadRef upload, string client, Stream content, CancellationToken cancellationToken) =>
        await blobs.PutAsync(BlobOf(upload, client), content,
            new BlobWrite("application/octet-stream") { MaxBytes = options.MaxInputBytes }, cancellationToken) is PutReply.Stored stored
                ? stored.File : null;

    /// <returns><see langword="null"/> where this client has sent no such file.</returns>
    public Task<Stream?> OpenAsync(UploadRef upload, string client, CancellationToken cancellationToken) =>
        blobs.OpenReadAsync(BlobOf(upload, client), cancellationToken);

    /// <summary>Removes what was sent days ago, however long ago that was; runs have copies of their own. Once a day.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var today = clock.GetUtcNow();
        if (sweptOn == UtcDay.Of(today))
        {
            return;
        }

        var kept = UtcDay.Of(today.AddDays(1 - DaysKept));
        while (await OldestDayAsync(cancellationToken) is { } day && string.CompareOrdinal(day, kept) < 0)
        {
            await blobs.DeletePrefixAsync($"{Folder}{day}/", cancellationToken);
        }

        sweptOn = UtcDay.Of(today);
    }

    // They are listed by name, and so by day.
    private async Task<string?> OldestDayAsync(CancellationToken cancellationToken) =>
        await blobs.ListAsync(Folder, cancellationToken).FirstOrDefaultAsync(cancellationToken) is { } first
        && first.Name.Split('/') is [_, var day, _, ..] ? day : null;

    // No client's name begins with an underscore.
    private static string BlobOf(UploadRef upload, string client) =>
        $"{Folder}{UtcDay.Of(RunKeys.CreatedAt(new(upload.Id)))}/{(client.Length == 0 ? "_" : Uri.EscapeDataString(client))}/{upload.Id}";
}
