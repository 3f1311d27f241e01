using ComfyFunc.Tests.Functions;

namespace ComfyFunc.Tests.Wire;

/// <summary>Runs in flight outlive a deploy: what an earlier release's orchestrations have done, today's orchestrator does again.</summary>
public class HistoryTests
{
    private static readonly string[] Shapes = ["carried", "left", "looked", "retried", "told"];

    public static TheoryData<string> Files => [.. Recorded];

    private static IEnumerable<string> Recorded => Directory.GetFiles(DurableHistory.Folder).Select(f => Path.GetFileName(f));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_history_that_was_recorded_goes_as_it_went(string file)
    {
        var history = DurableHistory.Read(Path.Combine(DurableHistory.Folder, file));

        Assert.Equal([.. history.Done, "Completed"], history.Replay());
    }

    [Fact]
    public void Of_the_orchestrator_as_it_is_there_is_a_history_of_every_shape() =>
        Assert.Empty(Shapes.Select(s => $"{OrchestratorVersion.Now}.{s}.json").Except(Recorded));
}
