using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>Reads what <c>POST /prompt</c> answered with 200 or 400.</summary>
internal static class SubmitReplyReader
{
    /// <returns>A fault for answers of something between us and ComfyUI, after which the prompt may be there or not.</returns>
    public static Asked<SubmitReply> Read(HttpStatusCode status, HostJson answer) => answer switch
    {
        HostJson.Unreadable { Detail: var detail } => new HostFault(HostFaultKind.Unreadable, detail),
        HostJson.Readable { Root: var rejected } when status is HttpStatusCode.BadRequest => new Asked<SubmitReply>(Rejected(rejected)),
        HostJson.Readable { Root: { ValueKind: JsonValueKind.Object } accepted } => new Asked<SubmitReply>(Accepted(NodeErrors(accepted))),
        _ => new HostFault(HostFaultKind.Unreadable, "It answered /prompt with JSON that is no object."),
    };

    private static SubmitReply Accepted(ImmutableArray<NodeError> nodes) =>
        nodes.IsEmpty ? new SubmitReply.Accepted() : new SubmitReply.AcceptedInPart(nodes);

    private static SubmitReply.Rejected Rejected(JsonElement body)
    {
        var error = body.Member("error");
        var message = error.Text("message") ?? error.Text() ?? "It gave no reason";
        var details = error.Text("details");
        return new(error.Text("type") ?? "unknown",
            string.IsNullOrEmpty(details) || IsTrace(details) ? message : $"{message} ({details})", NodeErrors(body));
    }

    private static ImmutableArray<NodeError> NodeErrors(JsonElement body) =>
        [.. body.Member("node_errors").Members()
            .Select(n => new NodeError(n.Name, n.Value.Text("class_type"), [.. n.Value.Member("errors").Items().Select(ErrorOf)]))];

    private static NodeInputError ErrorOf(JsonElement error) => error.Text() is { } plain
        ? new("", IsTrace(plain) ? "" : plain, "", null)
        : new(error.Text("type") ?? "", error.Text("message") ?? "", IsTrace(error.Text("details")) ? "" : error.Text("details") ?? "",
            error.Member("extra_info").Text("input_name"));

    // Some messages carry a Python traceback, and with it the server's paths.
    private static bool IsTrace(string? text) =>
        text is not null && (text.Contains("Traceback", StringComparison.Ordinal) || text.Contains("File \"", StringComparison.Ordinal));
}
