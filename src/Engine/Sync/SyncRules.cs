namespace ComfyFunc.Engine.Sync;

/// <summary>Decides what is to be done about one workflow's file on one host: newest published wins, and no edit is ever lost.</summary>
public static class SyncRules
{
    /// <param name="published">The newest version; <see langword="null"/> for a workflow that is deleted.</param>
    /// <param name="pushed">What the host was last given; <see langword="null"/> for nothing.</param>
    public static SyncStep Decide(SyncedVersion? published, SyncedVersion? pushed, SyncedFile file) => (published, pushed, file) switch
    {
        (not null, _, SyncedFile.None) => SyncStep.Write,
        (not null, _, SyncedFile.AsPublished) => published == pushed ? SyncStep.Nothing : SyncStep.Note,
        (not null, _, SyncedFile.AsPushed) => SyncStep.Replace,
        (not null, _, SyncedFile.Edited) => SyncStep.KeepAndWrite,

        (null, null, _) => SyncStep.Nothing, // Whatever lies there is none of ours.
        (null, not null, SyncedFile.None) => SyncStep.Note,
        (null, not null, SyncedFile.AsPushed or SyncedFile.AsPublished) => SyncStep.Remove,
        (null, not null, SyncedFile.Edited) => SyncStep.Keep,

        (_, _, var unknown) => throw new ArgumentOutOfRangeException(nameof(file), unknown, null),
    };

    /// <summary>What a file on a host is, by its content: what was pushed is known by what was noted, or by what the file itself says.</summary>
    /// <param name="hash">Of its content; <see langword="null"/> for what is no graph.</param>
    /// <param name="mark">What the file says that it is.</param>
    public static SyncedFile Is(string? hash, SyncedVersion? mark, SyncedVersion? published, SyncedVersion? pushed) =>
        hash is null ? SyncedFile.Edited
        : hash == published?.Hash ? SyncedFile.AsPublished
        : hash == pushed?.Hash || (hash == mark?.Hash && !IsNewer(mark, published ?? pushed)) ? SyncedFile.AsPushed
        : SyncedFile.Edited;

    // What says that it is of a version which is not known here is the only one of its kind.
    private static bool IsNewer(SyncedVersion mark, SyncedVersion? known) => mark.Version > (known?.Version ?? 0);
}

/// <summary>A version of a workflow and the hash of its graph's content.</summary>
public sealed record SyncedVersion(int Version, string Hash);

/// <summary>What lies on a host in a workflow's place.</summary>
public enum SyncedFile
{
    None,

    /// <summary>Its content is that of the newest version.</summary>
    AsPublished,

    /// <summary>Nobody has touched what an earlier version left.</summary>
    AsPushed,

    /// <summary>Somebody's own work.</summary>
    Edited,
}

/// <summary>What is to be done about a file.</summary>
public enum SyncStep
{
    Nothing,

    /// <summary>Only what is known of it changes.</summary>
    Note,

    /// <summary>Where nothing is.</summary>
    Write,

    /// <summary>In the place of what an earlier version left.</summary>
    Replace,

    /// <summary>An edited file is moved aside first.</summary>
    KeepAndWrite,

    Remove,

    /// <summary>An edited file is moved aside, and none takes its place.</summary>
    Keep,
}
