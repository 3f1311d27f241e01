using System.Text.Json;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Sync;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Sync;

/// <summary>
/// One workflow's file on one host. ComfyUI has no condition for a write over a file, so that whatever is in its place is moved aside
/// first, looked at there, and deleted only if it is known: an author who saves at any moment in between loses nothing.
/// </summary>
/// <param name="newest">Reads what is published now. Asked after each look.</param>
internal sealed class WorkflowFile(ComfyClient client, HostId host, string workflow, Func<CancellationToken, Task<Newest>> newest,
    TimeProvider clock)
{
    // Somebody else writes the same file at the same moment.
    private const int MostRounds = 5;
    private const int MostNames = 20;

    private readonly string path = $"{SyncNames.Folder}/{SyncNames.FileOf(workflow)}";
    private string? keptAs;

    /// <param name="pushed">What the host was last given.</param>
    /// <param name="stamp">The state of the file before it is looked at, where it is known.</param>
    public async Task<FileOutcome> BringInStepAsync(SyncedVersion? pushed, string? stamp, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            if (await TryAsync(pushed, stamp, cancellationToken) is { } outcome)
            {
                return outcome;
            }
        }

        return new FileOutcome.Failed("Somebody else writes the file at the same time.", keptAs, FileTrouble.OfFile);
    }

    /// <returns><see langword="null"/> when somebody else was faster: look again.</returns>
    private async Task<FileOutcome?> TryAsync(SyncedVersion? pushed, string? stamp, CancellationToken cancellationToken)
    {
        var looked = await client.ReadUserFileAsync(path, cancellationToken);
        if (Failed(looked) is { } failed)
        {
            return failed;
        }

        var (published, isPromptAlone) = await newest(cancellationToken);
        if (isPromptAlone)
        {
            return new FileOutcome.InStep(pushed, stamp, keptAs);
        }

        return SyncRules.Decide(published?.Version, pushed, Is(looked, published, pushed)) switch
        {
            SyncStep.Nothing or SyncStep.Note => new FileOutcome.InStep(published?.Version, stamp, keptAs),
            SyncStep.Write => After(await WriteAsync(published, cancellationToken), published),
            _ => await PutInPlaceAsync(published, pushed, cancellationToken),
        };
    }

    // Whether what is moved is an edit is seen where it then lies: since it was looked at it may have become one, or somebody else's push.
    private async Task<FileOutcome?> PutInPlaceAsync(PublishedGraph? published, SyncedVersion? pushed, CancellationToken cancellationToken)
    {
        var mark = MarkOf(published?.Version ?? pushed);
        var (copy, refusal) = await MoveAsideAsync(mark, cancellationToken);
        if (copy is null)
        {
            return refusal is null ? null : Failed(refusal);
        }

        var written = await WriteAsync(published, cancellationToken);
        if (Failed(written) is not null)
        {
            // The host will not have the new one: the old one is better than none.
            Keep(await client.MoveUserFileAsync(copy, path, mark, cancellationToken) is UserFileReply.Done ? null : copy);
        }
        else if (!await RemoveKnownAsync(copy, published, pushed, mark, cancellationToken))
        {
            Keep(copy);
        }

        return After(written, published);
    }

    private Task<UserFileReply> WriteAsync(PublishedGraph? published, CancellationToken cancellationToken) => published is null
        ? Task.FromResult<UserFileReply>(new UserFileReply.Done(default))
        : client.CreateUserFileAsync(path, published.Json, MarkOf(published.Version), cancellationToken);

    private FileOutcome? After(UserFileReply written, PublishedGraph? published) =>
        written is UserFileReply.Done { Stamp: var stamp } ? new FileOutcome.InStep(published?.Version, stamp, keptAs) : Failed(written);

    /// <returns>The new name; <see langword="null"/> when there is nothing to move, or with a refusal.</returns>
    private async Task<(string? Copy, UserFileReply? Refusal)> MoveAsideAsync(string mark, CancellationToken cancellationToken)
    {
        for (var @try = 1; @try <= MostNames; @try++)
        {
            var copy = $"{SyncNames.Folder}/{SyncNames.CopyOf(workflow, host, clock.GetUtcNow(), @try)}";
            switch (await client.MoveUserFileAsync(path, copy, mark, cancellationToken))
            {
                case UserFileReply.Done:
                    return (copy, null);
                case UserFileReply.Missing:
                    return (null, null);
                case UserFileReply.Taken:
                    break;
                case var refusal:
                    return (null, refusal);
            }
        }

        return (null, new UserFileReply.Refused("There are too many copies of the file already."));
    }

    /// <returns>Whether it is deleted: what somebody saved at the last moment, and what cannot be read, stays.</returns>
    private async Task<bool> RemoveKnownAsync(string copy, PublishedGraph? published, SyncedVersion? pushed, string mark,
        CancellationToken cancellationToken)
    {
        var reply = await client.ReadUserFileAsync(copy, cancellationToken);
        return reply is UserFileReply.Missing
            || (reply is UserFileReply.Done && Is(reply, published, pushed) is not SyncedFile.Edited
            && await client.DeleteUserFileAsync(copy, mark, cancellationToken) is UserFileReply.Done or UserFileReply.Missing);
    }

    private void Keep(string? copy) => keptAs = copy is null ? keptAs : copy[(copy.LastIndexOf('/') + 1)..];

    private static string MarkOf(SyncedVersion? version) => $"{version?.Version}";

    private static SyncedFile Is(UserFileReply reply, PublishedGraph? published, SyncedVersion? pushed)
    {
        if (reply is not UserFileReply.Done { Content: var content })
        {
            return SyncedFile.None;
        }

        var graph =
            HostJson.Read(content, "/userdata") is HostJson.Readable { Root: var root } && GraphReader.IsGraph(root) ? root : default;
        return graph.ValueKind is JsonValueKind.Undefined ? SyncedFile.Edited
            : SyncRules.Is(KeptGraph.Of(graph).Hash, PublishedGraph.MarkOf(graph), published?.Version, pushed);
    }

    private FileOutcome.Failed? Failed(UserFileReply reply) => reply switch
    {
        UserFileReply.NoAnswer none => new(none.Detail, keptAs, FileTrouble.HostAway),
        UserFileReply.Refused refused =>
            new(refused.Detail, keptAs, refused.IsOfAll ? FileTrouble.HostRefuses : FileTrouble.OfFile),
        _ => null,
    };
}

/// <summary>What is published of a workflow.</summary>
/// <param name="Graph"><see langword="null"/> where it is deleted.</param>
/// <param name="IsPromptAlone">Whether there is no graph though it is published: what hosts have of it stays.</param>
internal readonly record struct Newest(PublishedGraph? Graph, bool IsPromptAlone = false);

/// <summary>What became of one workflow's file on one host.</summary>
internal abstract record FileOutcome(string? KeptAs)
{
    /// <param name="Version">What lies there now; <see langword="null"/> for nothing of ours.</param>
    public sealed record InStep(SyncedVersion? Version, string? Stamp, string? KeptAs) : FileOutcome(KeptAs);

    /// <param name="Detail">A sentence about the host.</param>
    public sealed record Failed(string Detail, string? KeptAs, FileTrouble Trouble) : FileOutcome(KeptAs);
}

/// <summary>How far a failure reaches.</summary>
internal enum FileTrouble
{
    OfFile,

    /// <summary>Nothing can be done on the host now.</summary>
    HostAway,

    /// <summary>Nothing can be done on the host as it is.</summary>
    HostRefuses,
}
