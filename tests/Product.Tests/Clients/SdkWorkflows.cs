using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Tests.Acceptance;
using SkiaSharp;

namespace ComfyFunc.Tests.Clients;

/// <summary>What the tests of both hand-made clients have saved, send and expect.</summary>
internal static class SdkWorkflows
{
    /// <summary>A delivery as the server words it.</summary>
    public const string Body =
        """{"type":"run.succeeded","timestamp":"2026-11-28T12:00:00Z","data":{"id":"01KB4000000000000000000000","workflow":"ä","version":1,"status":"succeeded"}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Uri Root(this HttpClient http) => new(http.BaseAddress!.GetLeftPart(UriPartial.Authority));

    public static async Task SaveSdkWorkflowsAsync(this HttpClient http)
    {
        await http.SaveAsync("sdk picture", Acceptance.Prompts.Picture);
        await http.SaveAsync("sdk slow", Acceptance.Prompts.Slow);
        await http.SaveAsync("sdk broken", Acceptance.Prompts.Failing);
        await http.SaveAsync("sdk upload", Acceptance.Prompts.Upload);
    }

    /// <summary>The workflows of the READMEs.</summary>
    public static async Task SaveSamplesAsync(this HttpClient http)
    {
        foreach (var name in new[] { "txt2img", "upscale" })
        {
            await http.SaveAsync(name,
                await File.ReadAllTextAsync(Path.Combine(TestFolders.Root, "samples", $"{name}.json"), Cancellation));
        }
    }

    /// <summary>A picture that cannot be made small.</summary>
    public static async Task WriteNoiseAsync(string path, int edge)
    {
        using var bitmap = new SKBitmap(edge, edge);
        var random = new Random(edge);
        for (var i = 0; i < edge * edge; i++)
        {
            bitmap.SetPixel(i % edge, i / edge, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        }

        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        await File.WriteAllBytesAsync(path, png.ToArray(), Cancellation);
    }

    public static async Task<string[]> RunsAsync(this HttpClient http, string query) =>
        [.. (await http.GetFromJsonAsync<JsonObject>(new Uri($"runs?{query}", UriKind.Relative), Cancellation))!["runs"]!.AsArray()
            .Select(r => (string)r!["id"]!)];
}
