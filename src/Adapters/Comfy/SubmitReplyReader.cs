using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ComfyFunc.Comfy;

/// <summary>Reads what <c>POST /prompt</c> answered.</summary>
internal static class SubmitReplyReader
{
    /// <returns><see langword="null"/> for answers of something between us and ComfyUI, after which the prompt may be there or not.</returns>
    public static async Task<SubmitReply?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                var accepted = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
                var nodes = NodeErrors(accepted);
                return nodes.IsEmpty ? new SubmitReply.Accepted() : new SubmitReply.AcceptedInPart(nodes);
            case HttpStatusCode.BadRequest:
                return Rejected(await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken));
            case HttpStatusCode.RequestEntityTooLarge:
                return new SubmitReply.Rejected("too_large", "The prompt is larger than the host takes.", []);
            case HttpStatusCode.InternalServerError:
                // ComfyUI answers malformed prompts so; but it can also have queued one and then stumbled.
                return null;
            default:
                return null;
        }
    }

    private static SubmitReply.Rejected Rejected(JsonElement body)
    {
        var error = body.ValueKind is JsonValueKind.Object && body.TryGetProperty("error", out var e) && e.ValueKind is JsonValueKind.Object ? e : default;
        var message = Text(error, "message") ?? "It gave no reason";
        var details = Text(error, "details");
        return new(Text(error, "type") ?? "unknown", string.IsNullOrEmpty(details) || IsTrace(details) ? message : $"{message} ({details})", NodeErrors(body));
    }

    private static ImmutableArray<NodeError> NodeErrors(JsonElement body) =>
        body.ValueKind is JsonValueKind.Object && body.TryGetProperty("node_errors", out var nodes) && nodes.ValueKind is JsonValueKind.Object
            ? [.. nodes.EnumerateObject().Select(n => new NodeError(n.Name, Text(n.Value, "class_type"), [.. Errors(n.Value)]))]
            : [];

    private static IEnumerable<NodeInputError> Errors(JsonElement node) =>
        node.TryGetProperty("errors", out var errors) && errors.ValueKind is JsonValueKind.Array
            ? errors.EnumerateArray().Select(e => new NodeInputError(Text(e, "type") ?? "", Text(e, "message") ?? "", IsTrace(Text(e, "details")) ? "" : Text(e, "details") ?? "", InputOf(e)))
            : [];

    private static string? InputOf(JsonElement error) =>
        error.TryGetProperty("extra_info", out var info) && info.ValueKind is JsonValueKind.Object ? Text(info, "input_name") : null;

    // Some messages carry a Python traceback, and with it the server's paths.
    private static bool IsTrace(string? text) => text is not null && (text.Contains("Traceback", StringComparison.Ordinal) || text.Contains("File \"", StringComparison.Ordinal));

    private static string? Text(JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.Object && value.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.String ? member.GetString() : null;
}
