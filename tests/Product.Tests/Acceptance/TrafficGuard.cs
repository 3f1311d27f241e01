using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>
/// Reads every answer that an acceptance test gets, and fails the test if it gives away what no answer may: a storage key or connection
/// string, a signature outside a link, a caller's key or a webhook's secret where it is not being handed out, a path of the machine, a
/// stack trace. It fails too if the answer is none that the description allows.
/// </summary>
internal sealed partial class TrafficGuard(HttpMessageHandler inner, ImmutableArray<string> secrets) : DelegatingHandler(inner)
{
    private static readonly string[] Telltales = ["AccountKey=", "SharedAccessSignature=", "DefaultEndpointsProtocol", "/home/", "/root/",
        "/usr/", ".cs:line"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType is "application/json" or "application/problem+json"
            or "text/plain" or "text/html")
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            var leaks = Leaks(await TextOfAsync(response, cancellationToken), secrets);
            Assert.True(leaks.IsEmpty, $"{request.Method} {request.RequestUri} leaks: {string.Join("; ", leaks)}");
        }

        var undescribed = await FaultOfAsync(request, response, cancellationToken);
        Assert.True(undescribed is null,
            $"{request.Method} {request.RequestUri} answers {(int)response.StatusCode}, which is not as described: {undescribed}");
        Assert.DoesNotContain(response.Headers.SelectMany(h => h.Value.Select(v => (h.Key, Value: v))),
            h => Leaks(h.Key, h.Value, secrets));
        return response;
    }

    private static async Task<string> TextOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var content = new MemoryStream(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        await using Stream plain = response.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "br" => new BrotliStream(content, CompressionMode.Decompress),
            "gzip" => new GZipStream(content, CompressionMode.Decompress),
            _ => content,
        };
        using var reader = new StreamReader(plain);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static async Task<string?> FaultOfAsync(HttpRequestMessage request, HttpResponseMessage response,
        CancellationToken cancellationToken)
    {
        var type = response.Content.Headers.ContentType?.ToString();
        var body = type?.Contains("json", StringComparison.Ordinal) is true ? await TextOfAsync(response, cancellationToken) : "";
        return DescribedAnswers.OfEveryServer.FaultOf(request.Method, request.RequestUri!.AbsolutePath, response.StatusCode, type, body);
    }

    /// <summary>Whether a header gives away what it must not.</summary>
    internal static bool Leaks(string header, string value, ImmutableArray<string> secrets) =>
        secrets.Any(s => value.Contains(s, StringComparison.Ordinal)) || (value.Contains("sig=", StringComparison.Ordinal) && header switch
        {
            "Operation-Location" or "Azure-AsyncOperation" => !StatusLink.IsMatch(value),
            "Location" => !StatusLink.IsMatch(value) && !IsDownload(value),
            _ => true,
        });

    internal static ImmutableArray<string> Leaks(string text, ImmutableArray<string> secrets)
    {
        var leaks = ImmutableArray.CreateBuilder<string>();
        leaks.AddRange(secrets.Concat(Telltales).Where(s => text.Contains(s, StringComparison.Ordinal)));
        try
        {
            using var json = JsonDocument.Parse(text);
            Look(json.RootElement, "", leaks);
        }
        catch (JsonException)
        {
            if (text.Contains("sig=", StringComparison.Ordinal))
            {
                leaks.Add("sig= in a text");
            }
        }

        return leaks.ToImmutable();
    }

    private static void Look(JsonElement value, string name, ImmutableArray<string>.Builder leaks)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Look(member.Value, member.Name, leaks);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Look(item, "", leaks); // return=minimal has links in arrays.
                }

                break;
            case JsonValueKind.String:
                var text = value.GetString()!; // It is a string.
                if (text.Contains("sig=", StringComparison.Ordinal) && !MayBeSigned(name, text))
                {
                    leaks.Add($"sig= in '{name}'");
                }

                if (Secret.IsMatch(text) && name != "secret")
                {
                    leaks.Add($"a webhook's secret in '{name}'");
                }

                if (Key.IsMatch(text) && name != "key")
                {
                    leaks.Add($"a caller's key in '{name}'");
                }

                break;
        }
    }

    private static bool MayBeSigned(string name, string text) => name switch
    {
        "statusQueryGetUri" => StatusLink.IsMatch(text),
        "resourceLocation" => RunLink.IsMatch(text),
        "terminatePostUri" => CancelLink.IsMatch(text),
        "thumbnailUrl" => OutputLink.IsMatch(text),
        "url" or "" => IsDownload(text),
        _ => false,
    };

    // Storage signs these; what the API signs are links to runs.
    private static bool IsDownload(string text) =>
        Uri.IsWellFormedUriString(text, UriKind.Absolute)
        && !new Uri(text).AbsolutePath.StartsWith("/api/", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^https?://[^/?#]+/api/links/runs/[0-9A-Z]{26}/status\?sig=[A-Za-z0-9_\-]{43}\z")]
    private static partial Regex StatusLink { get; }

    [GeneratedRegex(@"^https?://[^/?#]+/api/links/runs/[0-9A-Z]{26}\?sig=[A-Za-z0-9_\-]{43}\z")]
    private static partial Regex RunLink { get; }

    [GeneratedRegex(@"^https?://[^/?#]+/api/links/runs/[0-9A-Z]{26}/cancel\?sig=[A-Za-z0-9_\-]{43}\z")]
    private static partial Regex CancelLink { get; }

    [GeneratedRegex(@"^https?://[^/?#]+/api/links/runs/[0-9A-Z]{26}/outputs/[^/?#]+/[0-9]+"
        + @"\?format=webp&width=256&height=256&expires=[0-9]+&sig=[A-Za-z0-9_\-]{43}\z")]
    private static partial Regex OutputLink { get; }

    [GeneratedRegex(@"cfk_[A-Za-z0-9_\-]{20,}")]
    private static partial Regex Key { get; }

    [GeneratedRegex(@"whsec_[A-Za-z0-9+/=]{24,}")]
    private static partial Regex Secret { get; }
}

public class TrafficGuardTests
{
    private const string Status =
        "https://x/api/links/runs/01KB4000000000000000000000/status?sig=0123456789012345678901234567890123456789_-A";
    private const string Cancel =
        "https://x/api/links/runs/01KB4000000000000000000000/cancel?sig=0123456789012345678901234567890123456789_-A";
    private const string Thumbnail = "https://x/api/links/runs/01KB4000000000000000000000/outputs/my%20image/0"
        + "?format=webp&width=256&height=256&expires=1800000000&sig=0123456789012345678901234567890123456789_-A";

    [Theory]
    [InlineData("""{"detail":"see https://x/y?sig=abc"}""")]
    [InlineData("""{"link":"https://x/y?sig=abc"}""")]
    [InlineData("sig=abc")]
    [InlineData($$"""{"url":"{{Status}}"}""")]
    [InlineData($$"""{"status":"{{Status}}"}""")]
    [InlineData($$"""{"statusQueryGetUri":"{{Cancel}}"}""")]
    [InlineData($$"""{"terminatePostUri":"{{Status}}"}""")]
    [InlineData($$"""{"terminatePostUri":"{{Cancel}}&code=abc"}""")]
    [InlineData($$"""{"resourceLocation":"{{Cancel}}"}""")]
    [InlineData($$"""{"thumbnailUrl":"{{Status}}"}""")]
    [InlineData($$"""{"url":"{{Thumbnail}}"}""")]
    [InlineData("""{"statusQueryGetUri":"https://x/y?sig=abc"}""")]
    [InlineData("""{"detail":"DefaultEndpointsProtocol=https;AccountName=x"}""")]
    [InlineData("""{"detail":"at Foo.Bar() in /src/Foo.cs:line 3"}""")]
    [InlineData("""{"a":[{"detail":"/opt/secret/place"}]}""")]
    [InlineData("""{"id":"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"}""")]
    [InlineData("""{"id":"cfk_0123456789012345678901234"}""")]
    public void A_leak_is_seen(string text) => Assert.NotEmpty(TrafficGuard.Leaks(text, ["/opt/secret"]));

    [Theory]
    [InlineData("""{"url":"https://x/y?sig=abc"}""")]
    [InlineData("""{"picture":["https://x/y?sig=abc"]}""")]
    [InlineData($$"""{"statusQueryGetUri":"{{Status}}","terminatePostUri":"{{Cancel}}"}""")]
    [InlineData($$"""{"thumbnailUrl":"{{Thumbnail}}"}""")]
    [InlineData("""{"secret":"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkw","key":"cfk_0123456789012345678901234"}""")]
    public void What_is_handed_out_is_no_leak(string text) => Assert.Empty(TrafficGuard.Leaks(text, ["/opt/secret"]));

    [Theory]
    [InlineData("Location", Status, false)]
    [InlineData("Location", "https://x/container/file?sv=1&sig=abc", false)]
    [InlineData("Location", Cancel, true)]
    [InlineData("Location", "https://x/api/runs/01KB4000000000000000000000/status?sig=abc", true)]
    [InlineData("Location", "https://x/opt/secret", true)]
    [InlineData("Operation-Location", Status, false)]
    [InlineData("Operation-Location", "https://x/container/file?sv=1&sig=abc", true)]
    [InlineData("Operation-Location", $"{Status}&code=abc", true)]
    [InlineData("Link", Status, true)]
    public void Headers_have_links_where_links_belong(string header, string value, bool isLeak) =>
        Assert.Equal(isLeak, TrafficGuard.Leaks(header, value, ["/opt/secret"]));
}
