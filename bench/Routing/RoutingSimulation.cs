using System.Collections.Immutable;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Bench.Routing;

/// <summary>Plays a workload through a policy in virtual time.</summary>
internal sealed class RoutingSimulation(RoutingCase setting)
{
    // The first runs find every host empty; what they meet is no steady state.
    private const double Settling = 0.1;

    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Capability Anyone = (_, _) => true;

    private readonly Arrival[] arrivals = Workload.Of(setting);
    private readonly Gpu[] hosts = [.. Enumerable.Range(0, setting.Hosts).Select(i => new Gpu(i, setting))];
    private readonly PriorityQueue<Action<double>, (double At, int Order)> events = new();
    private readonly List<(int Number, double Seconds, bool Loads)> done = [];
    private double last;
    private int order;

    /// <summary>One of the policies that see counts. Those that bind at once queue on the hosts without limit.</summary>
    public RoutingResult Play(IRoutingPolicy policy)
    {
        var waiting = new Queue<Arrival>();
        var views = Enumerable.Range(0, setting.Dispatchers).Select(_ => new int[setting.Hosts]).ToArray();
        EveryLook(now => RefreshAll());
        foreach (var run in arrivals)
        {
            At(run.At, now =>
            {
                waiting.Enqueue(run);
                Serve(now);
            });
        }

        return Result(policy.Name);

        void RefreshAll()
        {
            foreach (var view in views)
            {
                for (var i = 0; i < view.Length; i++)
                {
                    view[i] = hosts[i].Outstanding;
                }
            }
        }

        void Serve(double now)
        {
            while (waiting.TryPeek(out var run))
            {
                if (setting.StaleSeconds == 0)
                {
                    RefreshAll();
                }

                if (policy.Choose(run, views[run.Dispatcher]) is not { } chosen)
                {
                    return;
                }

                waiting.Dequeue();
                views[run.Dispatcher][chosen]++;
                Execute(run, hosts[chosen], now, ended =>
                {
                    views[run.Dispatcher][chosen] = Math.Max(0, views[run.Dispatcher][chosen] - 1);
                    Serve(ended);
                });
            }
        }
    }

    /// <summary>
    /// The scheduler of the product: late binding, two slots a host, least expected completion over learned times. It starts knowing
    /// nothing.
    /// </summary>
    public RoutingResult PlayOurs()
    {
        var noise = new Random(setting.Seed + 1);
        var rows = hosts.Select(h => new PoolHost { Id = new($"h{h.Number}"), Url = new("http://x/"), RegisteredAt = Epoch }).ToArray();
        var views = Enumerable.Range(0, setting.Dispatchers).Select(_ => rows.ToArray()).ToArray();
        var waiting = new List<(Arrival Run, WaitingRun Seen)>();
        EveryLook(now =>
        {
            foreach (var view in views)
            {
                rows.CopyTo(view, 0);
            }
        });
        foreach (var run in arrivals)
        {
            At(run.At, now =>
            {
                waiting.Add((run, Seen(run, now)));
                Serve(run.Dispatcher, now);
            });
        }

        return Result("ComfyFunc");

        void Serve(int dispatcher, double now)
        {
            var view = views[dispatcher];
            if (setting.StaleSeconds == 0)
            {
                rows.CopyTo(view, 0);
            }

            bool isStale;
            do
            {
                isStale = false;
                foreach (var assignment in Scheduler.Assign(view, waiting.Select(w => w.Seen), Anyone, Time(now)))
                {
                    var index = Array.FindIndex(rows, r => r.Id == assignment.Host);
                    var lent = ReferenceEquals(view[index], rows[index]) ? assignment.Over(rows[index], Time(now)) : null;
                    view[index] = lent ?? rows[index]; // A conflict costs a look at the row as it is.
                    if (lent is null)
                    {
                        isStale = true;
                        continue;
                    }

                    rows[index] = lent;
                    var place = waiting.FindIndex(w => w.Seen.Run == assignment.Slot.Run);
                    var (run, _) = waiting[place];
                    waiting.RemoveAt(place);
                    Begin(run, assignment, index, dispatcher, now);
                }
            }
            while (isStale);
        }

        void Begin(Arrival run, Assignment assignment, int index, int dispatcher, double now)
        {
            var taken = Execute(run, hosts[index], now, ended =>
            {
                var took = run.Seconds + (assignment.Slot.Models.Length > 0 && loaded.Contains(run.Number) ? setting.LoadSeconds : 0);
                var seen = took * Math.Exp(setting.Noise * Normal(noise));
                ImmutableArray<string> loads = loaded.Contains(run.Number) ? assignment.Slot.Models : [];
                var end = new AttemptEnd(assignment.Lease, AttemptEnding.Succeeded,
                    new(assignment.Slot.Work, [.. assignment.Slot.Models.Select(m => new ModelFile(m, 10))], loads, seen, Time(ended)));
                rows[index] = end.Over(rows[index], HealthLimits.Default, Time(ended));
                views[dispatcher][index] = rows[index];
                Serve(dispatcher, ended);
            });
            if (taken.Loads)
            {
                loaded.Add(run.Number);
            }
        }
    }

    /// <summary>No policy does better than one queue before hosts that never load, which is what this plays.</summary>
    public RoutingResult PlayBound() =>
        new RoutingSimulation(setting with { LoadSeconds = 0, StaleSeconds = 0, Dispatchers = 1 }).Play(new LateBinding()) with
        { Policy = "lower bound (no loads)" };

    private readonly HashSet<int> loaded = [];

    private (double Begins, double Ends, bool Loads) Execute(Arrival run, Gpu host, double now, Action<double> ended)
    {
        var taken = host.Take(run, now);
        At(taken.Ends, at =>
        {
            host.Outstanding--;
            done.Add((run.Number, at - run.At, taken.Loads));
            last = at;
            ended(at);
        });
        return taken;
    }

    private RoutingResult Result(string policy)
    {
        while (events.TryDequeue(out var happen, out var when))
        {
            happen(when.At);
        }

        var steady = done.Where(d => d.Number >= setting.Runs * Settling).ToArray();
        var seconds = steady.Select(d => d.Seconds).ToArray();
        return new(policy, seconds.Quantile(0.5), seconds.Quantile(0.95), seconds.Quantile(0.99),
            steady.Count(d => !d.Loads) / (double)steady.Length, last / arrivals[^1].At);
    }

    private void EveryLook(Action<double> look)
    {
        if (setting.StaleSeconds > 0)
        {
            for (var at = 0.0; at < arrivals[^1].At * 3; at += setting.StaleSeconds)
            {
                At(at, look);
            }
        }
    }

    private void At(double when, Action<double> happen) => events.Enqueue(happen, (when, order++));

    private static WaitingRun Seen(Arrival run, double now) => new()
    {
        Run = new($"{run.Number:00000000000000000000000000}"),
        Placement = ComfyFunc.Engine.Runs.Placement.First,
        Since = Time(now),
        Work = new()
        {
            Name = $"w{run.Model}@1",
            Needs = new Requirements { Key = $"{run.Model}" },
            Models = [new($"m{run.Model}.safetensors", 10)]
        },
    };

    private static DateTimeOffset Time(double seconds) => Epoch.AddSeconds(seconds);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
