using System.Collections.Immutable;
using System.Diagnostics;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Web;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Media;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Server.Media;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Calls;

/// <summary>
/// Stores a call's files as blobs, whether they came with it or are to be fetched, and refuses those that no host should see.
/// </summary>
public sealed class InputFiles(IBlobStore blobs, GuardedFetch fetch, Uploads uploads, OwnOutputs own, ComfyFuncOptions options)
{
    private const int FetchesAtOnce = 4;

    private static readonly TimeSpan FetchPatience = TimeSpan.FromSeconds(60);

    /// <param name="call">Whose uploads and outputs the files may be.</param>
    public async Task<FilesReply> StoreAsync(RunId run, Call call, ImmutableArray<CallFile> files, CancellationToken cancellationToken)
    {
        if (files.IsEmpty)
        {
            return new FilesReply.Stored([]);
        }

        var stored = new RunFile?[files.Length];
        var faults = new Fault?[files.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, files.Length),
            new ParallelOptions { MaxDegreeOfParallelism = FetchesAtOnce, CancellationToken = cancellationToken },
            async (i, ct) => (stored[i], faults[i]) = await StoreAsync(run, call, files[i], ct));
        return faults.OfType<Fault>().ToImmutableArray() is { IsEmpty: false } wrong
            ? new FilesReply.Refused(wrong)
            : new FilesReply.Stored([.. stored.OfType<RunFile>()]);
    }

    private async Task<(RunFile?, Fault?)> StoreAsync(RunId run, Call call, CallFile file, CancellationToken cancellationToken)
    {
        switch (await own.OpenAsync(file.Source, call, cancellationToken))
        {
            case OwnOutputReply.Refused refused:
                return (null, new(FaultCode.InvalidInput, refused.Detail, file.Pointer));
            case OwnOutputReply.Opened opened:
                await using (opened.Content)
                {
                    return await StoreAsync(run, file, opened.Content, opened.Length, opened.ContentType,
                        file.Name ?? opened.Name, cancellationToken);
                }
        }

        switch (file.Source)
        {
            case FileSource.Bytes b:
                return await StoreAsync(run, file, new MemoryStream(b.Content.ToArray(), writable: false), b.Content.Length, b.ContentType,
                    file.Name, cancellationToken);
            case FileSource.Upload u:
                await using (var sent = await uploads.OpenAsync(u.Ref, call.Client, cancellationToken))
                {
                    return sent is null
                        ? (null, new(FaultCode.InvalidInput,
                            "There is no such upload, or nothing has been sent to its URL yet.", file.Pointer))
                        : await StoreAsync(run, file, sent, null, null, file.Name, cancellationToken);
                }

            case FileSource.Url u:
                switch (await fetch.FetchAsync(u.Address, new FetchLimits(options.MaxInputBytes, FetchPatience), cancellationToken))
                {
                    case FetchReply.Opened opened:
                        await using (opened.Content)
                        {
                            return await StoreFetchedAsync(run, file, opened, cancellationToken);
                        }

                    case var reply:
                        return (null, FaultOf(reply, file));
                }

            default:
                throw new UnreachableException();
        }
    }

    private async Task<(RunFile?, Fault?)> StoreFetchedAsync(RunId run, CallFile file, FetchReply.Opened opened,
        CancellationToken cancellationToken)
    {
        try
        {
            return await StoreAsync(run, file, opened.Content, opened.Length, opened.ContentType,
                file.Name ?? opened.FileName, cancellationToken);
        }
        catch (FetchInterruptedException e)
        {
            return (null, FaultOf(e.Reply, file));
        }
    }

    private Fault FaultOf(FetchReply reply, CallFile file) => reply switch
    {
        FetchReply.Blocked blocked => new(FaultCode.InputBlocked, blocked.Detail, file.Pointer),
        FetchReply.Unreachable unreachable => new(FaultCode.InputUnreachable, unreachable.Detail, file.Pointer),
        _ => TooLarge(file), // Opened is no fault.
    };

    private async Task<(RunFile?, Fault?)> StoreAsync(
        RunId run, CallFile file, Stream content, long? length, string? contentType, string? name, CancellationToken cancellationToken)
    {
        using var probe = new ProbedStream(content);
        var blob = RunBlobs.Input(run, file.Index);
        var type = contentType ?? MediaType.Of(name ?? "").ContentType;
        if (await blobs.PutAsync(blob, probe, new BlobWrite(type) { MaxBytes = options.MaxInputBytes, LengthHint = length },
            cancellationToken) is not PutReply.Stored { File: var stored })
        {
            return (null, TooLarge(file));
        }

        if (stored.Bytes == 0)
        {
            return (null, new(FaultCode.InvalidInput, "The file is empty.", file.Pointer));
        }

        var media = probe.Read();
        if (file.Upload is MediaKind.Image or MediaKind.Mask && FaultOf(media, file) is { } fault)
        {
            return (null, fault);
        }

        var extension = FileExtension.Of(file.Upload, media, name, type, probe.Head);
        var known = media?.ContentType ?? (type == MediaType.Unknown.ContentType ? MediaType.Of(extension).ContentType : type);
        return (new(blob, $"{RunFile.HostFolder}/{stored.Sha256[..32]}{extension}", known, stored.Bytes), null);
    }

    private Fault? FaultOf(MediaFacts? media, CallFile file) =>
        media is not { } image
        ? new(FaultCode.InvalidInput, "The file is no image that can be read (PNG, JPEG, WebP, GIF, BMP).", file.Pointer)
        : (long)image.Width * image.Height > options.MaxInputPixels
            ? new(FaultCode.InputTooLarge,
                $"The image has {image.Width} x {image.Height} pixels; at most {options.MaxInputPixels} are allowed.", file.Pointer)
        : null;

    private Fault TooLarge(CallFile file) =>
        new(FaultCode.InputTooLarge, $"The file is larger than {options.MaxInputBytes} bytes.", file.Pointer);
}

/// <summary>What became of a call's files: all stored, or everything that is wrong with them.</summary>
public abstract record FilesReply
{
    private FilesReply() { }

    public sealed record Stored(ImmutableArray<RunFile> Files) : FilesReply;

    public sealed record Refused(ImmutableArray<Fault> Faults) : FilesReply;
}
