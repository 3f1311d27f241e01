using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// Removes the catalogs that no host has had for long. When one is first seen without a host, is noted beside: it is hardly ever the same
/// process that looks again.
/// </summary>
public sealed class HostCatalogSweep(IBlobStore blobs, TimeProvider clock)
{
    private const string Marks = "hosts/unused-catalogs/";
    private const string MarkFormat = "yyyyMMddHHmmss";
    private const int AtOnce = 16;

    public async Task SweepAsync(ImmutableArray<PoolHost> pool, CancellationToken cancellationToken)
    {
        var (now, had) = (clock.GetUtcNow(), HostCatalogs.HashesOf(pool));
        var marks = (await NamesAsync(Marks, cancellationToken)).ToLookup(m => m.Split('.')[0], StringComparer.Ordinal);
        var hashes = (await NamesAsync(HostCatalogs.Folder, cancellationToken)).Select(n => Path.GetFileNameWithoutExtension(n));
        await FewAtOnce.ForEachAsync(hashes.Where(h => !had.Contains(h) && !marks.Contains(h)), AtOnce,
            h => blobs.PutBytesAsync($"{Marks}{h}.{now.UtcDateTime.ToString(MarkFormat, CultureInfo.InvariantCulture)}",
                ReadOnlyMemory<byte>.Empty, "text/plain", cancellationToken));
        await FewAtOnce.ForEachAsync(marks, AtOnce, of => SettleAsync(of, now, had.Contains(of.Key), cancellationToken));
    }

    private async Task SettleAsync(IGrouping<string, string> marks, DateTimeOffset now, bool isHad, CancellationToken cancellationToken)
    {
        var isOld = marks.Min(MarkedAt) < now - HostCatalogs.Patience;
        if (isOld && !isHad)
        {
            // A host that has just come back with it has it written anew.
            await blobs.DeleteOlderAsync(HostCatalogs.BlobOf(marks.Key), now - HostCatalogs.Patience, cancellationToken);
        }

        if (isOld || isHad)
        {
            await blobs.DeletePrefixAsync($"{Marks}{marks.Key}.", cancellationToken);
        }
    }

    private async Task<string[]> NamesAsync(string folder, CancellationToken cancellationToken) =>
        await blobs.ListAsync(folder, cancellationToken).Select(f => f.Name[folder.Length..]).ToArrayAsync(cancellationToken);

    private static DateTimeOffset MarkedAt(string mark) => DateTimeOffset.ParseExact(
        mark[(mark.IndexOf('.', StringComparison.Ordinal) + 1)..], MarkFormat, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal);
}
