using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Following;

/// <summary>
/// Which runs are others than at the look before: by one page of the newest, by who has come to a slot or into the queue or has left
/// either, and by what other processes say has ended. However many runs there are, a look costs a few requests.
/// </summary>
public sealed class RunChanges(RunStore runs, RunProgress progress, RunEnds ends, HostStore hosts, PendingStore pending)
{
    private const int Newest = 50;
    private const int MostRead = 50;

    // Of older runs that nothing is heard of, so many are looked at each time, by turns.
    private const int OutOfTurn = 5;
    private const int LooksRemembered = 60;

    private readonly Dictionary<RunId, Known> known = [];
    private readonly Queue<RunId> due = [];
    private Dictionary<RunId, bool> places = [];
    private int look;

    /// <summary>Nobody looks for a while: the next look is the first.</summary>
    public void Forget()
    {
        known.Clear();
        due.Clear();
        look = 0;
    }

    /// <summary>Looks once. The first look only sees how things stand.</summary>
    /// <param name="endedHere">Runs whose end this process has written.</param>
    internal async Task<ImmutableArray<SeenRun>> LookAsync(IEnumerable<RunRecord> endedHere, CancellationToken cancellationToken)
    {
        var fresh = (await runs.PageAsync(new RunFilter(), Newest, null, cancellationToken)).Runs.ToDictionary(r => r.Id);
        foreach (var run in endedHere)
        {
            fresh[run.Id] = run;
        }

        foreach (var id in await DueAsync(fresh, cancellationToken))
        {
            if (await runs.FindAsync(id, cancellationToken) is { } run)
            {
                fresh[id] = run;
            }
            else
            {
                known.Remove(id); // It has been deleted.
            }
        }

        return await CompareAsync(fresh, cancellationToken);
    }

    private async Task<ImmutableArray<SeenRun>> CompareAsync(Dictionary<RunId, RunRecord> fresh, CancellationToken cancellationToken)
    {
        var (isFirst, changed) = (look++ == 0, ImmutableArray.CreateBuilder<SeenRun>());
        var seen = known.Where(k => !fresh.ContainsKey(k.Key) && k.Value.Run.Outcome is null).Select(k => k.Value.Run)
            .Concat(fresh.Values).ToArray();
        var rows = await progress.OfAllAsync(seen, cancellationToken);
        foreach (var run in seen)
        {
            var row = rows.GetValueOrDefault(run.Id);
            var before = known.GetValueOrDefault(run.Id);
            var now = new Known(run, TextOf(run, row), fresh.ContainsKey(run.Id) ? look : before?.Look ?? look);
            known[run.Id] = now;
            if (!isFirst && now.Text != before?.Text)
            {
                changed.Add(new(run, row));
            }
        }

        foreach (var old in known.Where(k => k.Value.Run.Outcome is not null && look - k.Value.Look > LooksRemembered).ToArray())
        {
            known.Remove(old.Key);
        }

        return changed.ToImmutable();
    }

    // Whose rows are to be read besides the newest.
    private async Task<RunId[]> DueAsync(Dictionary<RunId, RunRecord> fresh, CancellationToken cancellationToken)
    {
        var (before, now) = (places, PlacesNow());
        places = now;
        var suspects = look == 0 ? now.Where(p => p.Value).Select(p => p.Key)
            : now.Where(p => !before.TryGetValue(p.Key, out var was) || was != p.Value).Select(p => p.Key)
                .Concat(before.Keys.Where(id => !now.ContainsKey(id)));
        var ended = (await ends.LatelyAsync(cancellationToken)).Where(id => known.GetValueOrDefault(id) is not { Run.Outcome: not null });
        var quiet = known.Where(k => k.Value.Run.Outcome is null && !fresh.ContainsKey(k.Key)).OrderBy(k => k.Value.Look)
            .Take(OutOfTurn).Select(k => k.Key).ToArray();
        foreach (var id in ended.Concat(suspects).Where(id => !fresh.ContainsKey(id)).Except(due).ToArray())
        {
            due.Enqueue(id);
        }

        return [.. Enumerable.Range(0, Math.Min(due.Count, MostRead)).Select(_ => due.Dequeue()).Union(quiet)];
    }

    // Who has a slot, and who waits for one.
    private Dictionary<RunId, bool> PlacesNow()
    {
        var now = pending.Known.ToDictionary(w => w.Run, _ => false);
        foreach (var slot in hosts.Known.SelectMany(h => h.Leases))
        {
            now[slot.Run] = true;
        }

        return now;
    }

    // What a listing would show otherwise.
    private static string TextOf(RunRecord run, ProgressRow? row) =>
        $"{run.Status} {run.Attempts.Length} {RunResource.ProgressOf(run, row)?.ToJsonString()}";

    /// <param name="Look">The look at which its row was last read.</param>
    private sealed record Known(RunRecord Run, string Text, int Look);
}
