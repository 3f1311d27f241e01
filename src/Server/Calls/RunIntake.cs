using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Calls;

/// <summary>
/// Turns a call into a run's row, or says everything that is wrong with it. Nothing that can be known before is left for a GPU to find out.
/// </summary>
public sealed class RunIntake(CallBinder binder, RunEntry entry, InputFiles files, ResultCache results, ExtraData extraData,
    IBlobStore blobs, ComfyFuncOptions options, TimeProvider clock)
{
    public async Task<IntakeReply> AcceptAsync(Call call, CancellationToken cancellationToken) =>
        await binder.BindAsync(call, cancellationToken) switch
        {
            BindReply.Refused refused => new IntakeReply.Refused(refused.Faults),
            BindReply.Bound bound => await AcceptAsync(call with { Workflow = bound.Name }, bound, cancellationToken),
            _ => throw new UnreachableException(),
        };

    private async Task<IntakeReply> AcceptAsync(Call call, BindReply.Bound bound, CancellationToken cancellationToken)
    {
        var version = bound.Version;
        var id = call.Run ?? RunIds.New(clock);
        var extra = await extraData.OfRunAsync(id, bound.Name, version.ExtraData,
            ExtraDataReader.Merge(call.ExtraData, bound.ExtraData), cancellationToken);
        if (extra.Fault is { } unreadable)
        {
            return new IntakeReply.Refused([unreadable]);
        }

        var stored = await files.StoreAsync(id, call, bound.Files, cancellationToken);
        if (stored is FilesReply.Refused refused)
        {
            await blobs.DeletePrefixAsync(RunBlobs.PrefixOf(id), cancellationToken);
            return new IntakeReply.Refused(refused.Faults);
        }

        var kept = ((FilesReply.Stored)stored).Files;
        var given = GivenInputs.Of(bound.Body, bound.Files, kept);
        var now = clock.GetUtcNow();
        ImmutableArray<RunSeed> seeds = [.. SeedPlan.Of(bound.Workflow, bound.Values, version.Settings?.HiddenSeeds ?? HiddenSeeds.Auto)
            .Select(s => new RunSeed(s.Node, s.Input, s.Value ?? Draw(s.Least, s.Most), s.Tag, s.Origin))];
        var run = await WithValuesAsync(
            new RunRecord
            {
                Id = id,
                Workflow = call.Workflow,
                Version = version.Version,
                Content = version.Content,
                Catalog = bound.Catalog,
                CreatedAt = now,
                Demands = (version.Demands ?? Demands.None).And(call.Demands),
                Priority = call.Priority,
                Client = call.Client,
                Batch = call.Batch,
                Place = call.Place,
                Webhook = call.Webhook,
                Metadata = bound.Metadata,
                Given = JsonSerializer.SerializeToElement(given.Values, ServerJson.Options),
                IsGivenCut = given.AreCut,
                ExtraData = extra.Sealed,
                StripMetadata = version.Settings?.StripMetadata ?? false,
                Limits = LimitsFrom(now, call.StartWithin ?? version.Settings?.StartWithin,
                    call.FinishWithin ?? version.Settings?.FinishWithin),
                State = RunProcess.Initial,
                Files = kept,
                Seeds = seeds,
            },
            WithTexts(bound, seeds, now),
            extra.Digest,
            cancellationToken);
        if (call.MayReuse && await results.FindAsync(run, cancellationToken) is { } made)
        {
            await blobs.DeletePrefixAsync(RunBlobs.PrefixOf(id), cancellationToken);
            return new IntakeReply.Known(made);
        }

        return new IntakeReply.Accepted(await entry.WriteAsync(run, call.Cause, cancellationToken));
    }

    // Without a seed there is nothing that a call could fix: then each run draws otherwise.
    private static CallValues WithTexts(BindReply.Bound bound, ImmutableArray<RunSeed> seeds, DateTimeOffset now)
    {
        if (!bound.Workflow.HasRunTexts)
        {
            return bound.Values;
        }

        var dice = seeds.IsEmpty ? Draw(0, ulong.MaxValue).ToString(CultureInfo.InvariantCulture)
            : string.Join('\n', seeds.Select(s => s.Value.ToString(CultureInfo.InvariantCulture)));
        var texts = RunTexts.Of(bound.Workflow, bound.Values, now, dice);
        return texts.IsEmpty ? bound.Values : bound.Values with { Assignments = [.. bound.Values.Assignments, .. texts] };
    }

    private RunLimits LimitsFrom(DateTimeOffset now, TimeSpan? startWithin, TimeSpan? finishWithin) => new()
    {
        StartBy = now + (startWithin ?? options.StartWithin),
        FinishBy = now + (finishWithin ?? options.FinishWithin),
    };

    private async Task<RunRecord> WithValuesAsync(RunRecord run, CallValues values, string? extraDigest,
        CancellationToken cancellationToken)
    {
        var json = StoredJson.WriteBytes(values);
        run = run with { Inputs = Fingerprint(run, json, extraDigest) };
        if (json.Length <= RunPrompts.LongestValues)
        {
            return run with { Values = JsonElement.Parse(json) };
        }

        await blobs.PutBytesAsync(RunBlobs.Values(run.Id), json, "application/json", cancellationToken);
        return run with { ValuesBlob = RunBlobs.Values(run.Id) };
    }

    // The values name files by their index, so what the files hold is added.
    private static string Fingerprint(RunRecord run, byte[] values, string? extraDigest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{run.Content}\n{string.Join('\n', run.Files.Select(f => f.HostName))}\n"));
        hash.AppendData(values);
        hash.AppendData(Encoding.UTF8.GetBytes(extraDigest ?? ""));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static decimal Draw(decimal least, decimal most)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return least + (BitConverter.ToUInt64(bytes) % (most - least + 1));
    }
}

/// <summary>What became of a call.</summary>
public abstract record IntakeReply
{
    private IntakeReply() { }

    /// <summary>The row is written; a driver may take it over.</summary>
    public sealed record Accepted(RunRecord Run) : IntakeReply;

    /// <summary>There is no new run: an earlier one has made the result.</summary>
    public sealed record Known(RunRecord Run) : IntakeReply;

    public sealed record Refused(ImmutableArray<Fault> Faults) : IntakeReply;
}
