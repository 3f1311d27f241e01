using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Support;

/// <summary>Hosts and runs in as few words as a test needs.</summary>
internal static class PoolSamples
{
    public static DateTimeOffset Now { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Capability Anyone { get; } = (_, _) => true;

    public static PoolHost Host(string id, int slots = 2) =>
        new() { Id = new(id), Url = new("http://x/"), Slots = slots, RegisteredAt = Now };

    /// <summary>A host on which the version has ended well, often enough for its times to count.</summary>
    public static PoolHost Proven(this PoolHost host, string work = "w@1", double seconds = 6) =>
        host with { Times = Enumerable.Range(0, 40).Aggregate(host.Times, (t, _) => t.After(new Observation(work, [], [], seconds, Now))) };

    public static PoolHost Holding(this PoolHost host, params string[] models) =>
        host with { Residency = host.Residency.Use([.. models], [], Now) };

    public static PoolHost Busy(this PoolHost host, int number, string work = "w@1", double seconds = 6, string client = "") =>
        host.Lend(new HeldSlot(Id(number), 1, Now) { Work = work, ExpectedSeconds = seconds, Client = client });

    public static WaitingRun Waiting(int number, string work = "w@1", params string[] models) => new()
    {
        Run = Id(number),
        Placement = Placement.First,
        Since = Now.AddSeconds(number - 100),
        Work = new() { Name = work, Needs = Requirements.Of([work], []), Models = [.. models.Select(m => new ModelFile(m, 10))] },
    };

    public static RunId Id(int number) => new($"01ARZ3NDEKTSV4RRFFQ69{number:00000}");
}
