using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Calls;

/// <summary>Runs an ended run's call again, with the same version, values, files and seeds.</summary>
public sealed class RunRepeat(RunEntry entry, ExtraData extraData, RunCatalogs catalogs, IBlobStore blobs, TimeProvider clock)
{
    /// <returns>The new run, or <see langword="null"/> when the old one's files are gone.</returns>
    public async Task<RunRecord?> RepeatAsync(RunRecord old, CancellationToken cancellationToken)
    {
        var id = RunIds.New(clock);
        var files = ImmutableArray.CreateBuilder<RunFile>();
        foreach (var file in old.Files)
        {
            var copy = file with { Blob = RunBlobs.Input(id, files.Count) };
            if (!await CopyAsync(file.Blob, copy.Blob, file.ContentType, cancellationToken))
            {
                return null;
            }

            files.Add(copy);
        }

        if (old.ValuesBlob is { } values && !await CopyAsync(values, RunBlobs.Values(id), "application/json", cancellationToken))
        {
            return null;
        }

        await catalogs.HoldAsync(old.Catalog, cancellationToken);
        var now = clock.GetUtcNow();
        return await entry.WriteAsync(
            new RunRecord
            {
                Id = id,
                RetryOf = old.Id,
                Workflow = old.Workflow,
                Version = old.Version,
                Content = old.Content,
                Catalog = old.Catalog,
                Inputs = old.Inputs,
                Demands = old.Demands,
                Priority = old.Priority,
                Webhook = old.Webhook,
                Client = old.Client,
                CreatedAt = now,
                Limits = new()
                {
                    StartBy = now + (old.Limits.StartBy - old.CreatedAt),
                    FinishBy = now + (old.Limits.FinishBy - old.CreatedAt),
                },
                State = RunProcess.Initial,
                Values = old.Values,
                ValuesBlob = old.ValuesBlob is null ? null : RunBlobs.Values(id),
                Files = files.ToImmutable(),
                Seeds = old.Seeds,
                Metadata = old.Metadata,
                Given = old.Given,
                IsGivenCut = old.IsGivenCut,
                ExtraData = await extraData.RepeatedAsync(old.Id, old.ExtraData, id, cancellationToken),
                StripMetadata = old.StripMetadata,
            },
            old.TraceParent,
            cancellationToken);
    }

    private async Task<bool> CopyAsync(string from, string to, string contentType, CancellationToken cancellationToken)
    {
        await using var content = await blobs.OpenReadAsync(from, cancellationToken);
        if (content is null)
        {
            return false;
        }

        await blobs.PutAsync(to, content, new(contentType), cancellationToken);
        return true;
    }
}
