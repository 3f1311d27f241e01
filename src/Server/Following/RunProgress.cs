using System.Collections.Immutable;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Following;

/// <summary>How far a run is, whichever process listens to its host.</summary>
public sealed class RunProgress(ProgressBoard board, PreviewBoard previews, PromptWatch watch, ProgressRows rows,
    RunFollowers followers, IBlobStore blobs)
{
    private const int LargestPreview = 8 << 20;

    /// <summary>Whether this process hears of the run's attempt itself: then it costs nothing to ask.</summary>
    public bool IsHere(RunRecord run) => IsExecuting(run) && watch.IsOwn(run.Attempts[^1].Prompt);

    /// <returns><see langword="null"/> where nothing is known, as of a run that does not execute.</returns>
    public async Task<ProgressRow?> OfAsync(RunRecord run, bool withPreviews, CancellationToken cancellationToken)
    {
        if (!IsExecuting(run) || IsHere(run))
        {
            return IsExecuting(run) ? Here(run) : null;
        }

        await followers.MarkAsync(run.Id, withPreviews, cancellationToken);
        return await rows.FindAsync(run.Id, cancellationToken) is { } row && IsOf(row, run) ? row : null;
    }

    /// <summary>Of many runs, for a listing: with one question for all.</summary>
    public async Task<ImmutableDictionary<RunId, ProgressRow>> OfAllAsync(IReadOnlyCollection<RunRecord> runs,
        CancellationToken cancellationToken)
    {
        var executing = runs.Where(IsExecuting).ToArray();
        var elsewhere = executing.Any(r => !IsHere(r)) ? await rows.AllAsync(cancellationToken)
            : ImmutableDictionary<RunId, ProgressRow>.Empty;
        return executing.Select(r => IsHere(r) ? Here(r) : elsewhere.GetValueOrDefault(r.Id) is { } row && IsOf(row, r) ? row : null)
            .OfType<ProgressRow>().ToImmutableDictionary(p => p.Run);
    }

    /// <summary>The latest picture of its work, if it may be another than that of the row before.</summary>
    public async Task<Preview?> PreviewAsync(ProgressRow row, ProgressRow? before, CancellationToken cancellationToken)
    {
        if (watch.IsOwn(PromptId.Of(row.Run, row.Attempt)))
        {
            return previews.Of(row.Run);
        }

        var isNew = (row.Attempt, row.Previews) != (before?.Attempt, before?.Previews);
        return isNew && row.PreviewType is { } type
            && await blobs.ReadBytesAsync(RunBlobs.Preview(row.Run), LargestPreview, cancellationToken) is { } content
            ? new(type, content) : null;
    }

    private ProgressRow? Here(RunRecord run) =>
        board.Of(run.Id, run.Attempts[^1].Number) is { } progress ? new(run.Id, run.Attempts[^1].Number, progress) : null;

    private static bool IsExecuting(RunRecord run) => run is { Outcome: null, StartedAt: not null, Attempts.IsEmpty: false };

    private static bool IsOf(ProgressRow row, RunRecord run) => row.Attempt == run.Attempts[^1].Number;
}
