using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>A collector on loopback that takes spans over OTLP (HTTP, protobuf), and keeps their names and whose parts they are.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly LockedList<SentSpan> spans = new();

    private OtlpCollector(WebApplication app) => this.app = app;

    public string Url => app.Urls.First();

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var collector = new OtlpCollector(builder.Build());
        collector.app.MapPost("v1/traces", collector.TakeAsync);
        collector.app.MapPost("{*other}", () => Results.Ok());
        await collector.app.StartAsync();
        return collector;
    }

    public SentSpan[] Of(string trace) => [.. spans.ToArray().Where(s => s.Trace == trace)];

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        // ExportTraceServiceRequest, ResourceSpans, ScopeSpans, Span.
        foreach (var span in Fields(body.ToArray()).Where(f => f.Number == 1).SelectMany(r => Fields(r.Value).Where(f => f.Number == 2))
            .SelectMany(s => Fields(s.Value).Where(f => f.Number == 2)).Select(s => Fields(s.Value).ToLookup(f => f.Number, f => f.Value)))
        {
            spans.Add(new(Hex(span[1]), Hex(span[2]), Hex(span[4]), System.Text.Encoding.UTF8.GetString(span[5].Single().Span)));
        }

        return Results.Ok();
    }

    private static string Hex(IEnumerable<ReadOnlyMemory<byte>> field) =>
        field.Select(f => Convert.ToHexStringLower(f.Span)).SingleOrDefault("");

    private static IEnumerable<(int Number, ReadOnlyMemory<byte> Value)> Fields(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            var tag = Varint(ref message);
            var length = (tag & 7) switch { 1 => 8, 5 => 4, 2 => (int)Varint(ref message), _ => 0 };
            if ((tag & 7) == 0)
            {
                Varint(ref message);
            }

            yield return ((int)(tag >> 3), message[..length]);
            message = message[length..];
        }
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        var (value, shift) = (0UL, 0);
        while (true)
        {
            var next = message.Span[0];
            message = message[1..];
            value |= (ulong)(next & 0x7F) << shift;
            shift += 7;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}

/// <summary>A span that arrived.</summary>
internal sealed record SentSpan(string Trace, string Id, string Parent, string Name);
