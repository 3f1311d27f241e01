using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Secrets;

/// <summary>
/// Keeps what hosts are given beside prompts: sealed with each workflow version, batch and run, and opened only on its way to a host.
/// </summary>
public sealed class ExtraData(Sealer sealer)
{
    private const string Unreadable = "extra_data cannot be read any more, since the key of the secrets has changed";

    public ValueTask<string?> OfWorkflowAsync(string name, string? given, CancellationToken cancellationToken) =>
        SealAsync(Workflow(name), given, cancellationToken);

    public ValueTask<string?> OfBatchAsync(string batch, string? given, CancellationToken cancellationToken) =>
        SealAsync(Batch(batch), given, cancellationToken);

    /// <summary>What a run is to have: the call's over the workflow's.</summary>
    /// <param name="sealedWithVersion">The workflow version's, as its row has it.</param>
    /// <param name="given">The call's.</param>
    public async ValueTask<RunExtra> OfRunAsync(RunId run, string workflow, string? sealedWithVersion, string? given,
        CancellationToken cancellationToken)
    {
        var saved = await OpenAsync(Workflow(workflow), sealedWithVersion, cancellationToken);
        return saved is Opened.Not ? new(null, null, new(FaultCode.InvalidWorkflow, $"The workflow's {Unreadable}: save it again."))
            : ExtraDataReader.Merge(((Opened.Text)saved).Value, given) is { } merged
            ? new(await SealAsync(Run(run), merged, cancellationToken),
                await sealer.SealAsync(new("extra-data-digest", ""), merged, cancellationToken))
            : new(null, null);
    }

    /// <summary>The same for a run that repeats another. What cannot be read stays so, and its host is never asked.</summary>
    public async ValueTask<string?> RepeatedAsync(RunId old, string? sealedText, RunId run, CancellationToken cancellationToken) =>
        await OpenAsync(Run(old), sealedText, cancellationToken) is Opened.Text text
        ? await SealAsync(Run(run), text.Value, cancellationToken) : sealedText;

    /// <summary>A batch's, for the calls that it makes.</summary>
    public async ValueTask<(string? Given, Fault? Fault)> ForCallsAsync(string batch, string? sealedText,
        CancellationToken cancellationToken) =>
        await OpenAsync(Batch(batch), sealedText, cancellationToken) is Opened.Text text ? (text.Value, null)
        : (null, new(FaultCode.InvalidInput, $"The batch's {Unreadable}.", $"/{ExtraDataReader.Member}"));

    /// <summary>What the host is given.</summary>
    public async ValueTask<(string? Given, RunFault? Fault)> ForHostAsync(RunId run, string? sealedText,
        CancellationToken cancellationToken) =>
        await OpenAsync(Run(run), sealedText, cancellationToken) is Opened.Text text ? (text.Value, null)
        : (null, new(FaultCode.InvalidWorkflow, $"The run's {Unreadable}: call the workflow anew."));

    private async ValueTask<string?> SealAsync(SealedFor use, string? given, CancellationToken cancellationToken) =>
        given is null ? null : await sealer.SealAsync(use, given, cancellationToken);

    private async ValueTask<Opened> OpenAsync(SealedFor use, string? sealedText, CancellationToken cancellationToken) =>
        sealedText is null ? new Opened.Text(null)
        : await sealer.OpenAsync(use, sealedText, cancellationToken) is { } text ? new Opened.Text(text)
        : new Opened.Not();

    private static SealedFor Workflow(string name) => SealedFor.ExtraData($"workflow {name.ToLowerInvariant()}");

    private static SealedFor Batch(string id) => SealedFor.ExtraData($"batch {id}");

    private static SealedFor Run(RunId id) => SealedFor.ExtraData($"run {id}");

    private abstract record Opened
    {
        public sealed record Text(string? Value) : Opened;

        public sealed record Not : Opened;
    }
}

/// <summary>A run's extra data.</summary>
/// <param name="Sealed">As the run's row has it; <see langword="null"/> when there is none.</param>
/// <param name="Digest">The same for the same data, and tells nothing of it.</param>
public sealed record RunExtra(string? Sealed, string? Digest, Fault? Fault = null);
