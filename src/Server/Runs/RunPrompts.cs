using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Runs;

/// <summary>Makes a run's prompt from its row: the same row and attempt give the same prompt, on every process.</summary>
public sealed class RunPrompts(WorkflowStore workflows, IBlobStore blobs, CacheNodeBook cacheNodes, CatalogWatch catalogs)
{
    /// <summary>Values longer than this lie in a blob of their own, so that the row, which is written at each step, stays small.</summary>
    public const int LongestValues = 16_000;

    private const int LargestValues = 512 << 20;

    // What a form adds to the file in it.
    private const int FormOverhead = 2048;

    /// <summary>The prompt whatever host it goes to.</summary>
    public Task<CompiledPrompt> CompileAsync(RunRecord run, Placement placement, CancellationToken cancellationToken) =>
        CompileAsync(run, placement, [], host: null, cancellationToken);

    /// <summary>The prompt as this host gets it: with what it is to keep in memory, and its own spelling of file names.</summary>
    public Task<CompiledPrompt> CompileForAsync(HostId host, RunRecord run, Placement placement, CancellationToken cancellationToken) =>
        CompileAsync(run, placement, cacheNodes.For(host), catalogs.Of(host), cancellationToken);

    private async Task<CompiledPrompt> CompileAsync(RunRecord run, Placement placement, ImmutableArray<CacheNode> kept, NodeCatalog? host,
        CancellationToken cancellationToken)
    {
        var workflow = await WorkflowAsync(run, cancellationToken);
        return PromptCompiler.Compile(
            workflow,
            await ValuesAsync(run, cancellationToken),
            [.. run.Files.Select(f => f.HostName)],
            [.. run.Seeds.Where(s => s.Origin is SeedOrigin.Drawn).Select(s => new DrawnSeed(s.Node, s.Input, s.Value))],
            new CompileOptions { CacheBreaker = placement.DefeatCache ? run.Id.Value : null, CacheNodes = kept, Host = host });
    }

    /// <summary>The run as the scheduler sees it.</summary>
    public async Task<WaitingRun> WaitingAsync(RunRecord run, Placement placement, CancellationToken cancellationToken) =>
        Waiting(run, placement, await CompileAsync(run, placement, cancellationToken));

    public static WaitingRun Waiting(RunRecord run, Placement placement, CompiledPrompt prompt) => new()
    {
        Run = run.Id,
        Placement = placement,
        Since = run.CreatedAt,
        Client = run.Client,
        Priority = run.Priority,
        StartBy = placement.WasStarted ? null : run.Limits.StartBy,
        Batch = run.Batch,
        Work = Workload.Of($"{run.Workflow}@{run.Version}", run.Inputs, prompt, run.Demands ?? Demands.None) with
        {
            LargestUploadBytes = run.Files.IsEmpty ? 0 : run.Files.Max(f => f.Bytes) + FormOverhead,
        },
    };

    public Task<Workflow> WorkflowAsync(RunRecord run, CancellationToken cancellationToken) =>
        workflows.LoadAsync(run.Content, run.Catalog, cancellationToken);

    private async Task<CallValues> ValuesAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (run.Values is { } values)
        {
            return StoredJson.Read<CallValues>(values);
        }

        var bytes = run.ValuesBlob is null ? null : await blobs.ReadBytesAsync(run.ValuesBlob, LargestValues, cancellationToken);
        return StoredJson.Read<CallValues>(bytes ?? throw new InvalidDataException($"The values of run {run.Id} are gone."));
    }
}
