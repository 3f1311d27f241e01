using System.Text;
using ComfyFunc.ComfySim.Python;
using ComfyFunc.ComfySim.Queueing;
using Microsoft.AspNetCore.Http.Features;

namespace ComfyFunc.ComfySim.Http;

/// <summary>Puts scripted answers in the place of true ones, in HTTP and on sockets.</summary>
internal static class OddAnswers
{
    public static async Task ServeAsync(SimProcess process, HttpContext context, RequestDelegate next)
    {
        var (faults, path) = (process.Machine.Faults, PathOf(context));
        if (context.WebSockets.IsWebSocketRequest || !faults.HasAnswerAt(path))
        {
            await next(context);
            return;
        }

        if (faults.Answer(path, a => a.NeedsTruth ? null : a) is { } fixedAnswer)
        {
            await SendAsync(context, fixedAnswer, fixedAnswer.Made([], "", _ => [])!); // It needs no truth, so it fits any.
            return;
        }

        var truth = await CaptureAsync(context, next);
        var id = PromptIdOf(process, path);
        var made = faults.Answer(path, a => !a.OnlyEnded || IsEnded(process.History, path, truth)
            ? Pair(a, a.Made(truth, id, i => EntryOf(process.History, i))) : null);
        await SendAsync(context, made?.Item1, made?.Item2 ?? truth);
    }

    public static byte[] Frame(SimFaults faults, byte[] frame, string? promptId) => !faults.HasAnswerAt(SimAnswer.Socket)
        ? frame
        : faults.Answer(SimAnswer.Socket, a => IsOf(a.Event, frame) ? a.Made(frame, promptId ?? "", _ => "null"u8.ToArray()) : null)
        ?? frame;

    private static bool IsOf(string? type, byte[] frame) =>
        type is null || frame.AsSpan().StartsWith(Encoding.UTF8.GetBytes($$"""{"type": "{{type}}","""));

    private static Tuple<SimAnswer, byte[]>? Pair(SimAnswer answer, byte[]? body) => body is null ? null : Tuple.Create(answer, body);

    private static string PathOf(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        return path.StartsWith("/api/", StringComparison.Ordinal) ? path[4..] : path;
    }

    // Of a page about all prompts: the one that ended last, or the one that runs.
    private static string PromptIdOf(SimProcess process, string path) => path.StartsWith("/history/", StringComparison.Ordinal)
        ? path["/history/".Length..]
        : process.History.List(1, -1).Keys.FirstOrDefault() ?? process.Queue.Snapshot().Running.FirstOrDefault()?.PromptId ?? "";

    private static bool IsEnded(PromptHistory history, string path, byte[] truth) => path.StartsWith("/history", StringComparison.Ordinal)
        ? truth.Length > "{}".Length
        : history.List(1, 0).Count > 0;

    private static byte[] EntryOf(PromptHistory history, string id) => PyJson.Bytes(history.Get(id).GetValueOrDefault(id));

    private static async Task<byte[]> CaptureAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var captured = new MemoryStream();
        context.Response.Body = captured;
        try
        {
            await next(context);
            await context.Response.BodyWriter.FlushAsync();
        }
        finally
        {
            context.Features.Set(body);
        }

        return captured.ToArray();
    }

    private static Task SendAsync(HttpContext context, SimAnswer? answer, byte[] body)
    {
        context.Response.StatusCode = answer?.Status ?? context.Response.StatusCode;
        context.Response.ContentType = answer?.ContentType ?? context.Response.ContentType ?? "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body).AsTask();
    }
}
