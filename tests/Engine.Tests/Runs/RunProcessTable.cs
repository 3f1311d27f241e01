using System.Text.Json;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Tests.Engine.Runs.Rows;

namespace ComfyFunc.Tests.Engine.Runs;

/// <summary>The table of the run process, rule by rule: what an event makes of a run, to the last field and command.</summary>
public class RunProcessTable
{
    private static readonly Row[] Rows =
    [
        .. PlacingRows.All, .. WaitingRows.All, .. ExecutingRows.All, .. CollectingRows.All,
        .. LeavingRows.All, .. StoppingRows.All, .. AttemptRows.All,
    ];

    private static readonly Dictionary<string, Row> ByRule = Rows.ToDictionary(r => r.Rule);

    public static IEnumerable<TheoryDataRow<string>> Rules =>
        ByRule.Keys.Select(rule => new TheoryDataRow<string>(rule) { TestDisplayName = rule });

    public static TheoryData<string, string> Unnamed =>
    [
        .. from state in Cases<RunState>()
        from @event in Cases<RunEvent>()
        where !Rows.Any(r => r.State.GetType() == state && r.Event.GetType() == @event)
        select (state.Name, @event.Name),
    ];

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_process_keeps_its_rule(string rule)
    {
        var row = ByRule[rule];
        var step = RunProcess.Decide(row.Limits, row.State, row.Event);
        Assert.Equal(Form(row.Next), Form(step.State));
        Assert.Equal(row.Commands.Select(Form), step.Commands.Select(Form));
    }

    [Theory]
    [MemberData(nameof(Unnamed))]
    public void What_no_row_names_changes_nothing_and_the_run_waits_on(string state, string @event)
    {
        var cases = from s in Of(RunCases.States, state) from e in Of(RunCases.Events, @event) select (s, e);
        Assert.NotEmpty(cases);
        Assert.All(cases, c =>
        {
            var step = RunProcess.Decide(RunSamples.Limits, c.s, c.e);
            Assert.Same(c.s, step.State);
            Assert.Equal(RunProcess.Resume(RunSamples.Limits, c.s, c.e.At).Select(Form), step.Commands.Select(Form));
        });
    }

    private static IEnumerable<T> Of<T>(IEnumerable<T> all, string name) => all.Where(x => x!.GetType().Name == name);

    private static IEnumerable<Type> Cases<T>() => typeof(T).GetNestedTypes().Where(typeof(T).IsAssignableFrom);

    // By form: lists compare by reference, and a field that is left out is a field.
    private static string Form(object value) => $"{value.GetType().Name} {JsonSerializer.Serialize(value, value.GetType())}";
}
