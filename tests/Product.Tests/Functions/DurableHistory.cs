using System.Collections.Immutable;
using ComfyFunc.Functions;
using ComfyFunc.Server.Runs;
using ComfyFunc.Tests.Wire;
using Google.Protobuf;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Protobuf;
using Microsoft.DurableTask.Worker.Grpc;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.DependencyInjection;
using static Microsoft.DurableTask.Protobuf.HistoryEvent.EventTypeOneofCase;
using Deed = Microsoft.DurableTask.Protobuf.OrchestratorAction.OrchestratorActionTypeOneofCase;

namespace ComfyFunc.Tests.Functions;

/// <summary>What an orchestration of a run was told and did, turn by turn; the last turn is the one in which it ended.</summary>
internal sealed record DurableHistory(string Instance, ImmutableArray<HistoryEvent> Events)
{
    public static DurableHistory AsOf(OrchestratorRequest turn) =>
        new(turn.InstanceId, [.. turn.PastEvents.Concat(turn.NewEvents).Select(e => e.Clone())]);

    /// <summary>Where recorded ones are, named for the version of the orchestrator that made them and for their shape.</summary>
    public static string Folder { get; } = Path.Combine(TestFolders.Root, "tests", "Product.Tests", "Wire", "Histories");

    public static DurableHistory Read(string file) => AsOf(JsonParser.Default.Parse<OrchestratorRequest>(File.ReadAllText(file)));

    /// <summary>Writes it down without what tells where it was made.</summary>
    public void Write(string file)
    {
        var request = new OrchestratorRequest { InstanceId = Instance, PastEvents = { Events.Select(e => e.Clone()) } };
        foreach (var e in request.PastEvents)
        {
            e.TaskFailed?.FailureDetails.StackTrace = null;
            e.TaskScheduled?.ParentTraceContext = null;
            e.ExecutionStarted?.ParentTraceContext = null;
        }

        File.WriteAllText(file, new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation()).Format(request) + "\n");
    }

    /// <summary>What it did in all turns but the last, as its history has it.</summary>
    public IEnumerable<string> Done => Events.Where(IsDeed).Select(Describe);

    /// <summary>The names of the events that it was told, without the runtime's own bookkeeping.</summary>
    public IEnumerable<string> Told => Events
        .Where(e => !IsDeed(e) && e.EventTypeCase is not (OrchestratorStarted or OrchestratorCompleted))
        .Select(e => e.EventTypeCase.ToString());

    /// <summary>Plays it again with the orchestrator as it is today, one turn after the other as a worker gets them.</summary>
    /// <returns>What the orchestrator does in each turn, the last too.</returns>
    public IEnumerable<string> Replay()
    {
        var starts = Enumerable.Range(0, Events.Length).Where(i => Events[i].EventTypeCase is OrchestratorStarted).ToArray();
        for (var turn = 0; turn < starts.Length; turn++)
        {
            var end = turn + 1 < starts.Length ? starts[turn + 1] : Events.Length;
            var news = Events[starts[turn]..end].Where(e => !IsDeed(e) && e.EventTypeCase is not OrchestratorCompleted);
            var request = new OrchestratorRequest { InstanceId = Instance, PastEvents = { Events[..starts[turn]] }, NewEvents = { news } };
            foreach (var action in Act(request).Actions)
            {
                yield return Describe(action);
            }
        }
    }

    private static readonly ServiceProvider AsByTheWorker = new ServiceCollection()
        .AddSingleton(new DurableTaskShimFactory(new() { DataConverter = new JsonDataConverter(Stored.Orchestrated) }))
        .BuildServiceProvider();

    private OrchestratorResponse Act(OrchestratorRequest turn)
    {
        var request = Convert.ToBase64String(turn.ToByteArray());
        return OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(
            Events.First(e => e.ExecutionStarted is not null).ExecutionStarted.Name == nameof(RunOrchestrator)
                ? Load<string>(request, RunOrchestrator.RunAsync) : Load<KeptRun>(request, RunKeeper.RunAsync)));
    }

    private static string Load<TInput>(string turn, Func<TaskOrchestrationContext, Task> orchestrator) =>
        GrpcOrchestrationRunner.LoadAndRun<TInput, object?>(turn, async (context, _) =>
        {
            await orchestrator(context);
            return null;
        }, AsByTheWorker);

    private static bool IsDeed(HistoryEvent e) => e.EventTypeCase is TaskScheduled or TimerCreated;

    private static string Describe(HistoryEvent e) => e.EventTypeCase switch
    {
        TaskScheduled => $"{e.EventId}: {e.TaskScheduled.Name} {e.TaskScheduled.Input}",
        TimerCreated => $"{e.EventId}: timer {e.TimerCreated.FireAt.ToDateTime():O}",
        _ => e.EventTypeCase.ToString(),
    };

    private static string Describe(OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        Deed.ScheduleTask => $"{action.Id}: {action.ScheduleTask.Name} {action.ScheduleTask.Input}",
        Deed.CreateTimer => $"{action.Id}: timer {action.CreateTimer.FireAt.ToDateTime():O}",
        Deed.CompleteOrchestration => $"{action.CompleteOrchestration.OrchestrationStatus}{ErrorOf(action.CompleteOrchestration)}",
        _ => action.OrchestratorActionTypeCase.ToString(),
    };

    private static string ErrorOf(CompleteOrchestrationAction end) => end.FailureDetails is { } why ? $": {why.ErrorMessage}" : "";
}
