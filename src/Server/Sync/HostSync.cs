using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Sync;

namespace ComfyFunc.Server.Sync;

/// <summary>What one host was given: the row of the table <c>sync</c>.</summary>
public sealed record HostSync
{
    public required HostId Host { get; init; }

    /// <summary>By the workflow's name as it was when it was pushed.</summary>
    public ImmutableDictionary<string, PushedFile> Files { get; init; } = ImmutableDictionary<string, PushedFile>.Empty;

    /// <summary>Why nothing can be done on it, where that is so.</summary>
    public string? Failure { get; init; }

    /// <summary>When anything here last changed.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The row after some files were gone over. What another process has made newer meanwhile stays.</summary>
    /// <param name="files"><see langword="null"/> for what is there no more.</param>
    public HostSync After(IEnumerable<KeyValuePair<string, PushedFile?>> files, string? failure, DateTimeOffset now)
    {
        var all = Files;
        foreach (var (name, file) in files)
        {
            var known = all.GetValueOrDefault(name);
            all = file is null ? all.Remove(name)
                : known?.Pushed?.Version > file.Pushed?.Version ? all
                : all.SetItem(name, file with { KeptAs = file.KeptAs ?? known?.KeptAs });
        }

        return all == Files && failure == Failure ? this : this with { Files = all, Failure = failure, At = now };
    }
}

/// <summary>What is known of one workflow's file on a host.</summary>
public sealed record PushedFile
{
    /// <summary>What the host has of us; <see langword="null"/> while it has nothing.</summary>
    public SyncedVersion? Pushed { get; init; }

    /// <summary>The state in which the file was left, as the host writes it.</summary>
    public string? Stamp { get; init; }

    /// <summary>Where what was edited last was moved to.</summary>
    public string? KeptAs { get; init; }

    /// <summary>Why the last try failed; <see langword="null"/> where it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>When this became so.</summary>
    public DateTimeOffset At { get; init; }
}
