namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// Copies a data folder while its process goes on. The copy is of one moment: files never change, and one that is deleted before it is
/// copied counts as deleted.
/// </summary>
public sealed class EmbeddedBackup
{
    private const string Unfinished = ".new";

    private readonly string source;
    private readonly string target;

    private EmbeddedBackup(string source, string target) => (this.source, this.target) = (source, target);

    /// <summary>Files that were copied now, which an earlier copy in the folder did not have.</summary>
    public int NewFiles { get; private set; }

    /// <summary>What the copy takes.</summary>
    public long Bytes { get; private set; }

    /// <param name="source">A data folder, in use or not.</param>
    /// <param name="target">A folder that is empty, or holds an earlier copy, which this one takes the place of.</param>
    /// <exception cref="FolderInUseException">A process uses the target.</exception>
    /// <exception cref="InvalidDataException">The source has no data of this product, or the target is not empty and has none either.
    /// </exception>
    /// <exception cref="StorageUnavailableException">The source cannot be read, or the target written.</exception>
    public static EmbeddedBackup Run(string source, string target)
    {
        RefuseWithin(source, target);
        RefuseForeign(target);
        using var claim = FolderClaim.Take(target);
        return StoreFailure.Named(() =>
        {
            var backup = new EmbeddedBackup(source, target);
            backup.Copy();
            return backup;
        });
    }

    // It would be lost with the folder, and take of its room.
    private static void RefuseWithin(string source, string target)
    {
        var (from, to) = (RealPath(source), RealPath(target));
        if (to == from || to.StartsWith(from + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{target} is the data folder itself, or lies in it, and so is no backup.");
        }
    }

    /// <summary>Without links.</summary>
    private static string RealPath(string path)
    {
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(whole) is not { } above)
        {
            return whole;
        }

        var here = new DirectoryInfo(Path.Combine(RealPath(above), Path.GetFileName(whole)));
        return here.Exists && here.ResolveLinkTarget(returnFinalTarget: true) is { } there ? RealPath(there.FullName) : here.FullName;
    }

    // What lies there and is in no data folder goes: it must be known to be a data folder. A backup that was cut off left its claim.
    private static void RefuseForeign(string target)
    {
        if (File.Exists(Path.Combine(target, EmbeddedDatabase.FileName)))
        {
            EmbeddedDatabase.Require(target);
        }
        else if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()
            && !File.Exists(Path.Combine(target, FolderClaim.FileName)))
        {
            throw new InvalidDataException($"{target} is not empty, and no backup.");
        }
    }

    private void Copy()
    {
        var copy = Path.Combine(target, EmbeddedDatabase.FileName);
        File.Delete(copy + Unfinished);
        HashSet<string> kept;
        try
        {
            using var session = EmbeddedDatabase.CopyOf(source, copy + Unfinished);
            kept = CopyFiles(session);
        }
        catch
        {
            FileFolder.TryDelete(copy + Unfinished); // It may be what has filled the disk.
            throw;
        }

        File.Move(copy + Unfinished, copy, overwrite: true);
        DirectorySync.Flush(target);
        Bytes += new FileInfo(copy).Length;
        RemoveOthers(kept);
    }

    /// <returns>The names of the files that the copy has.</returns>
    private HashSet<string> CopyFiles(SqliteSession copy)
    {
        var (from, to) = (FolderOf(source), FolderOf(target));
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, bytes) in copy.Rows(BlobSql.Files, row => (row.GetString(0), row.GetInt64(1))))
        {
            if (to.Has(name, bytes) || TryCopy(from, to, name))
            {
                kept.Add(name);
                Bytes += bytes;
            }
            else
            {
                copy.Run(BlobSql.DeleteFile, ("$file", name));
            }
        }

        return kept;
    }

    private bool TryCopy(FileFolder from, FileFolder to, string name)
    {
        using var content = from.Open(name);
        if (content is null)
        {
            return false;
        }

        using var file = to.Create(name);
        try
        {
            content.CopyTo(file.Content);
            file.Finish();
        }
        catch
        {
            file.Remove();
            throw;
        }

        NewFiles++;
        return true;
    }

    private void RemoveOthers(HashSet<string> kept)
    {
        foreach (var (name, path) in FolderOf(target).FromEarlier())
        {
            if (!kept.Contains(name))
            {
                File.Delete(path);
            }
        }
    }

    private static FileFolder FolderOf(string folder) => new(Path.Combine(folder, FileFolder.FolderName));
}
