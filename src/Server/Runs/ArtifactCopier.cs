using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Media;
using ComfyFunc.Server.Media;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Runs;

/// <summary>Copies a prompt's outputs from its host to blobs: streamed, several at once, all of them or none listed.</summary>
public sealed class ArtifactCopier(IBlobStore blobs, AwaitedFiles awaited, ComfyFuncOptions options)
{
    private const int CopiesAtOnce = 4;

    // Longer texts would make the run's row heavy for every reader.
    private const int LongestText = 8_000;

    public async Task<CopyReply> CopyAsync(RunRecord run, int attempt, ComfyClient host, ImmutableArray<PlannedOutput> outputs,
        CancellationToken cancellationToken)
    {
        if (outputs is [var only])
        {
            return await CopyAsync(run, attempt, host, only, cancellationToken);
        }

        var replies = new CopyReply[outputs.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, outputs.Length),
            new ParallelOptions { MaxDegreeOfParallelism = CopiesAtOnce, CancellationToken = cancellationToken },
            async (i, ct) => replies[i] = await CopyAsync(run, attempt, host, outputs[i], ct));
        return replies.FirstOrDefault(r => r is not CopyReply.Copied)
            ?? new CopyReply.Copied([.. replies.Cast<CopyReply.Copied>().SelectMany(c => c.Artifacts)]);
    }

    private Task<CopyReply> CopyAsync(RunRecord run, int attempt, ComfyClient host, PlannedOutput output,
        CancellationToken cancellationToken) => output.Item switch
        {
            OutputFile file =>
                CopyFileAsync(run, RunBlobs.Output(run.Id, attempt, output.Node, output.Index), host, output.Tag, file, cancellationToken),
            OutputText text =>
                KeepTextAsync(run.Id, RunBlobs.Output(run.Id, attempt, output.Node, output.Index), output.Tag, MediaType.Of(".txt"),
                    text.Text, cancellationToken),
            OutputJson json =>
                KeepTextAsync(run.Id, RunBlobs.Output(run.Id, attempt, output.Node, output.Index), output.Tag, MediaType.Of(".json"),
                    json.Value.GetRawText(), cancellationToken),
            OutputPicture picture =>
                KeepPictureAsync(run, RunBlobs.Output(run.Id, attempt, output.Node, output.Index), output, picture, cancellationToken),
            _ => throw new UnreachableException(),
        };

    private async Task<CopyReply> KeepPictureAsync(RunRecord run, string blob, PlannedOutput output, OutputPicture picture,
        CancellationToken cancellationToken)
    {
        var name = $"{output.Node}_{output.Index + 1:00000}{MediaType.ExtensionOf(picture.ContentType)}";
        var file = new OutputFile(name, "", "temp", picture.Key, Animated: false);
        using var content = new MemoryStream(picture.Content.ToArray(), writable: false);
        return run.StripMetadata ? await StoreStrippedAsync(run.Id, blob, output.Tag, file, content, content.Length, cancellationToken)
            : await StoreAsync(run.Id, blob, output.Tag, file, content, content.Length, cancellationToken);
    }

    private async Task<CopyReply> CopyFileAsync(RunRecord run, string blob, ComfyClient host, string tag, OutputFile file,
        CancellationToken cancellationToken)
    {
        switch (await host.OpenOutputAsync(file, cancellationToken))
        {
            case OutputReply.Missing:
                return new CopyReply.Missing($"The host listed {file.FileName}, but no longer has it.");
            case OutputReply.Opened opened:
                await using (opened.Content)
                {
                    return run.StripMetadata
                        ? await StoreStrippedAsync(run.Id, blob, tag, file, opened.Content, opened.Length, cancellationToken)
                        : await StoreAsync(run.Id, blob, tag, file, opened.Content, opened.Length, cancellationToken);
                }

            default:
                return new CopyReply.NoAnswer();
        }
    }

    // Lengths and checksums come before what they count, so nothing is sent on before all of it is here.
    private async Task<CopyReply> StoreStrippedAsync(RunId run, string blob, string tag, OutputFile file, Stream source, long? length,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var whole = await SpooledFile.ReadAsync(source, options.MaxOutputBytes, cancellationToken);
            if (whole is null)
            {
                return TooLarge(file);
            }

            return length is { } announced && announced != whole.Length
                ? new CopyReply.NoAnswer()
                : FileMetadata.Strip(whole, file.FileName) switch
                {
                    StripReply.Stripped { Content: var content } =>
                        await StoreAsync(run, blob, tag, file, content, content.Length, cancellationToken),
                    StripReply.Nothing => await StoreAsync(run, blob, tag, file, whole, whole.Length, cancellationToken),
                    StripReply.TooLarge => new CopyReply.TooLarge(
                        $"{file.FileName} is larger than the {FileMetadata.LargestRewritten} bytes up to which metadata can be taken out "
                            + $"of its kind."),
                    StripReply.Unknown => new CopyReply.Unstrippable(
                        $"Metadata cannot be taken out of {file.FileName}: its kind is not known, or it is broken. The workflow has "
                            + $"stripMetadata set."),
                    _ => throw new UnreachableException(),
                };
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CopyReply.NoAnswer();
        }
    }

    private async Task<CopyReply> StoreAsync(RunId run, string blob, string tag, OutputFile file, Stream content, long? length,
        CancellationToken cancellationToken)
    {
        using var record = awaited.Has(run) && (length ?? 0) <= AwaitedFiles.LongestFile
            ? new RecordedStream(content, AwaitedFiles.LongestFile) : null;
        using var probe = new ProbedStream(record ?? content);
        var (type, kind) = (MediaType.Of(file.FileName).ContentType, MediaType.KindOf(file));
        try
        {
            if (await blobs.PutAsync(blob, probe, new BlobWrite(type) { MaxBytes = options.MaxOutputBytes, LengthHint = length },
                cancellationToken) is not PutReply.Stored { File: var stored })
            {
                return TooLarge(file);
            }

            if (length is { } announced && announced != stored.Bytes)
            {
                return new CopyReply.NoAnswer();
            }

            if (record?.Content is { } whole)
            {
                awaited.Keep(run, blob, whole);
            }

            var media = kind is MediaKind.Image or MediaKind.Video ? probe.Read() : null;
            return CopyReply.Of(new RunArtifact
            {
                Tag = tag,
                Type = kind,
                Name = file.FileName,
                ContentType = type,
                Bytes = stored.Bytes,
                Width = media?.Width,
                Height = media?.Height,
                Sha256 = stored.Sha256,
                Blob = blob,
            });
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            // The host stopped sending.
            return new CopyReply.NoAnswer();
        }
    }

    private CopyReply.TooLarge TooLarge(OutputFile file) =>
        new($"{file.FileName} is larger than the {options.MaxOutputBytes} bytes that are kept.");

    private async Task<CopyReply> KeepTextAsync(RunId run, string blob, string tag, MediaType type, string text,
        CancellationToken cancellationToken)
    {
        if (text.Length <= LongestText)
        {
            return CopyReply.Of(new RunArtifact { Tag = tag, Type = type.Kind, Text = text });
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var stored = await blobs.PutBytesAsync(blob, bytes, type.ContentType, cancellationToken);
        awaited.Keep(run, blob, bytes);
        return CopyReply.Of(new RunArtifact
        {
            Tag = tag,
            Type = type.Kind,
            Name = $"output{type.Extension}",
            ContentType = type.ContentType,
            Bytes = stored.Bytes,
            Sha256 = stored.Sha256,
            Blob = blob,
        });
    }
}

/// <summary>What became of copying outputs.</summary>
public abstract record CopyReply
{
    private CopyReply() { }

    public static Copied Of(RunArtifact artifact) => new([artifact]);

    public sealed record Copied(ImmutableArray<RunArtifact> Artifacts) : CopyReply;

    public sealed record Missing(string Detail) : CopyReply;

    public sealed record TooLarge(string Detail) : CopyReply;

    /// <summary>Nobody can tell where in it the prompt may be, and it is not to be stored with it.</summary>
    public sealed record Unstrippable(string Detail) : CopyReply;

    public sealed record NoAnswer : CopyReply;
}
