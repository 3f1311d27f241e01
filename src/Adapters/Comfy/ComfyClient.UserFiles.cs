using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ComfyFunc.Adapters.Comfy;

// The files of a user, as app/user_manager.py serves them: workflows that are saved in the editor lie there.
public sealed partial class ComfyClient
{
    private const string UserFiles = "/userdata";
    private static readonly TimeSpan FilePatience = TimeSpan.FromSeconds(30);

    /// <summary>What lies in a folder of the user's. A folder that is not there is empty.</summary>
    public async Task<UserFolderReply> ListUserFilesAsync(string folder, CancellationToken cancellationToken)
    {
        var path = $"userdata?dir={Uri.EscapeDataString(folder)}&full_info=true";
        var asked = await AskAsync<UserFolderReply>(HttpMethod.Get, path, null, ShortPatience, ReadFolderAsync, cancellationToken);
        return asked.Value ?? new UserFolderReply.NoAnswer(DetailOf(asked.Fault));
    }

    public Task<UserFileReply> ReadUserFileAsync(string file, CancellationToken cancellationToken) =>
        AskOfFileAsync(HttpMethod.Get, PathOf(file), null, null, async (response, ct) =>
            new UserFileReply.Done(await response.Content.ReadAsByteArrayAsync(ct)), cancellationToken);

    /// <summary>Writes a file where none is; its folder is made.</summary>
    /// <param name="mark">What tells the host's own extension that this is no save of an author's.</param>
    public async Task<UserFileReply> CreateUserFileAsync(string file, ReadOnlyMemory<byte> content, string mark,
        CancellationToken cancellationToken)
    {
        using var body = new ReadOnlyMemoryContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await AskOfFileAsync(HttpMethod.Post, $"{PathOf(file)}?overwrite=false&full_info=true", body, mark, ReadWrittenAsync,
            cancellationToken) is var reply and not UserFileReply.Missing ? reply : NoRoute(404);
    }

    /// <summary>Moves a file to a name that no other has.</summary>
    public Task<UserFileReply> MoveUserFileAsync(string file, string to, string mark, CancellationToken cancellationToken) =>
        AskOfFileAsync(HttpMethod.Post, $"{PathOf(file)}/move/{Uri.EscapeDataString(to)}?overwrite=false", null, mark,
            (_, _) => Task.FromResult<UserFileReply>(new UserFileReply.Done(default)), cancellationToken);

    public Task<UserFileReply> DeleteUserFileAsync(string file, string mark, CancellationToken cancellationToken) =>
        AskOfFileAsync(HttpMethod.Delete, PathOf(file), null, mark,
            (_, _) => Task.FromResult<UserFileReply>(new UserFileReply.Done(default)), cancellationToken);

    // A slash within a name is the file's own: ComfyUI has one segment for all of it.
    private static string PathOf(string file) => $"userdata/{Uri.EscapeDataString(file)}";

    private async Task<UserFileReply> AskOfFileAsync(HttpMethod method, string path, HttpContent? content, string? mark,
        Func<HttpResponseMessage, CancellationToken, Task<UserFileReply>> read, CancellationToken cancellationToken)
    {
        var asked = await AskAsync<UserFileReply>(method, path, content, FilePatience,
            async (response, ct) => new(await ReadFileAsync(response, read, ct)), cancellationToken, mark);
        return asked.Value ?? new UserFileReply.NoAnswer(DetailOf(asked.Fault));
    }

    private async Task<UserFileReply> ReadFileAsync(HttpResponseMessage response,
        Func<HttpResponseMessage, CancellationToken, Task<UserFileReply>> read, CancellationToken cancellationToken) =>
        response.StatusCode switch
        {
            HttpStatusCode.NotFound => new UserFileReply.Missing(),
            HttpStatusCode.Conflict => new UserFileReply.Taken(),
            HttpStatusCode.MethodNotAllowed => NoRoute(405),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new UserFileReply.Refused(NoEntry(response), IsOfAll: true),
            HttpStatusCode.RequestEntityTooLarge => new UserFileReply.Refused("The file is larger than it takes."),
            _ => HostFault.Of(response, UserFiles, HasDoor) switch
            {
                null => await read(response, cancellationToken),
                { Kind: HostFaultKind.NoAnswer } when (int)response.StatusCode < 500 =>
                    new UserFileReply.Refused($"It refuses the file ({(int)response.StatusCode}): {ReasonOf(response)}."),
                var fault => new UserFileReply.NoAnswer(DetailOf(fault)),
            },
        };

    // Old releases answer the name alone.
    private static async Task<UserFileReply> ReadWrittenAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        HostJson.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken), UserFiles) switch
        {
            HostJson.Readable { Root: { ValueKind: JsonValueKind.Object } told } when told.Text("path") is not null =>
                new UserFileReply.Done(default, StampOf(told)),
            HostJson.Readable { Root.ValueKind: JsonValueKind.String } => new UserFileReply.Done(default),
            HostJson.Unreadable { Detail: var detail } => new UserFileReply.NoAnswer(detail),
            _ => new UserFileReply.NoAnswer($"It answered {UserFiles} without the name of the file."),
        };

    private async Task<Asked<UserFolderReply>> ReadFolderAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.StatusCode is HttpStatusCode.NotFound
            ? new Asked<UserFolderReply>(new UserFolderReply.Listed(new Dictionary<string, string>()))
        : response.StatusCode is HttpStatusCode.MethodNotAllowed
            ? new Asked<UserFolderReply>(new UserFolderReply.Refused(NoRoute(405).Detail))
        : response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? new Asked<UserFolderReply>(new UserFolderReply.Refused(NoEntry(response)))
        : HostFault.Of(response, UserFiles, HasDoor) is { } fault ? fault
        : HostJson.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken), UserFiles) switch
        {
            HostJson.Readable { Root: { ValueKind: JsonValueKind.Array } files } =>
                new Asked<UserFolderReply>(new UserFolderReply.Listed(StampsOf(files))),
            HostJson.Unreadable { Detail: var detail } => new HostFault(HostFaultKind.Unreadable, detail),
            _ => new HostFault(HostFaultKind.Unreadable, $"It answered {UserFiles} with JSON that is no list."),
        };

    private static Dictionary<string, string> StampsOf(JsonElement files)
    {
        var stamps = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files.EnumerateArray())
        {
            if (file.ValueKind is JsonValueKind.Object && file.Text("path") is { } path)
            {
                stamps[path] = StampOf(file) ?? "";
            }
        }

        return stamps;
    }

    private static string? StampOf(JsonElement file) =>
        file.TryGetProperty("size", out var size) && file.TryGetProperty("modified", out var modified)
        ? $"{size.GetRawText()} {modified.GetRawText()}" : null;

    private static UserFileReply.Refused NoRoute(int status) =>
        new($"It has no {UserFiles} ({status}): workflows cannot be put into its list.", IsOfAll: true);

    private string NoEntry(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.Forbidden
        ? $"It does not let {UserFiles} be used (403): workflows cannot be put into its list."
        : DetailOf(HostFault.Of(response, UserFiles, HasDoor));

    private static string ReasonOf(HttpResponseMessage response) =>
        response.ReasonPhrase is { Length: > 0 and <= 200 } reason ? reason.TrimEnd('.') : "no reason given";

    private static string DetailOf(HostFault? fault) => fault?.Detail ?? "It did not answer.";
}
