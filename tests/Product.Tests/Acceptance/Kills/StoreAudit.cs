using System.Security.Cryptography;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;

namespace ComfyFunc.Tests.Acceptance.Kills;

/// <summary>What lies in the folder of a process that has ended, looked at from outside.</summary>
internal sealed record StoreAudit(IReadOnlyDictionary<string, BlobFile> Blobs, IReadOnlyList<string> Faults)
{
    public static async Task<StoreAudit> OfAsync(string folder, CancellationToken cancellationToken)
    {
        // Opening it removes what a kill left, and closing it waits for that.
        (await EmbeddedStore.OpenAsync(new(folder), cancellationToken)).Dispose();
        using var database = EmbeddedDatabase.Open(folder);
        var rows = database.Read(s => s.Rows("SELECT name, bytes, sha256, type, file, content FROM blobs",
            r => (Blob: new BlobFile(r.GetString(0), r.GetInt64(1), r.GetString(2), r.GetString(3)),
                File: r.IsDBNull(4) ? null : r.GetString(4), Content: r.IsDBNull(5) ? null : (byte[])r[5])));
        var files = Directory.EnumerateFiles(Path.Combine(folder, "files"), "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetFileName(f));
        var faults = new List<string>();
        if (database.Read(s => (string)s.Scalar("PRAGMA integrity_check")!) is not "ok" and var trouble)
        {
            faults.Add($"The database is damaged: {trouble}");
        }

        foreach (var (blob, file, content) in rows)
        {
            var bytes = content ?? (files.Remove(file ?? "", out var path) ? await File.ReadAllBytesAsync(path, cancellationToken) : null);
            if (bytes is null)
            {
                faults.Add($"{blob.Name} has no file.");
            }
            else if ((bytes.LongLength, Convert.ToHexStringLower(SHA256.HashData(bytes))) != (blob.Bytes, blob.Sha256))
            {
                faults.Add($"{blob.Name} is not what its row says.");
            }
        }

        faults.AddRange(files.Values.Select(f => $"No row names {f}."));
        return new(rows.ToDictionary(r => r.Blob.Name, r => r.Blob), faults);
    }
}
