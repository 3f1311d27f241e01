using System.Collections.Immutable;
using System.ComponentModel;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Workflows;

/// <summary>Says which hosts of the pool could run a prompt now, and what each other one lacks.</summary>
public sealed class RunnableHosts(HostStore hosts, Capabilities capabilities, TimeProvider clock)
{
    /// <summary>For the workflow as it was saved.</summary>
    public ImmutableArray<RunnableHost> Of(string name, WorkflowVersion version, Workflow workflow) =>
        Of(name, version, PromptCompiler.Compile(workflow, CallValues.None, [], [], CompileOptions.Plain), version.Demands ?? Demands.None);

    public ImmutableArray<RunnableHost> Of(string name, WorkflowVersion version, CompiledPrompt prompt, Demands demands)
    {
        var run = new WaitingRun
        {
            Run = RunIds.New(clock),
            Placement = Placement.First,
            Since = clock.GetUtcNow(),
            Work = Workload.Of($"{name}@{version.Version}", "", prompt, demands),
        };
        var pool = hosts.Known;
        return
        [
            .. from host in pool.OrderBy(h => h.Id.Value, StringComparer.Ordinal)
               let lack = capabilities.LackOf(run, host, pool)
               select new RunnableHost { Id = host.Id.Value, Capable = lack is null, Reason = lack },
        ];
    }
}

/// <summary>A host, and whether it could run a prompt.</summary>
[View("RunnableHost")]
public sealed record RunnableHost
{
    public required string Id { get; init; }

    public required bool Capable { get; init; }

    [Description("What it lacks.")]
    public string? Reason { get; init; }
}
