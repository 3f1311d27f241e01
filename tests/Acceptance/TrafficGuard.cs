using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>
/// Reads every answer that an acceptance test gets, and fails the test if it gives away what no answer may: a storage key or connection string, a
/// signature outside a link, a caller's key or a webhook's secret where it is not being handed out, a path of the machine, a stack trace.
/// </summary>
internal sealed partial class TrafficGuard(HttpMessageHandler inner, ImmutableArray<string> secrets) : DelegatingHandler(inner)
{
    private static readonly string[] Telltales = ["AccountKey=", "SharedAccessSignature=", "DefaultEndpointsProtocol", "/home/", "/root/", "/usr/", ".cs:line"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType is "application/json" or "application/problem+json" or "text/plain" or "text/html")
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            var leaks = Leaks(await response.Content.ReadAsStringAsync(cancellationToken), secrets);
            Assert.True(leaks.IsEmpty, $"{request.Method} {request.RequestUri} leaks: {string.Join("; ", leaks)}");
        }

        // These are links: to a download, or to where a run stands.
        var headers = response.Headers.Where(h => h.Key is not ("Location" or "Operation-Location")).SelectMany(h => h.Value).ToArray();
        Assert.DoesNotContain(headers, h => h.Contains("sig=", StringComparison.Ordinal) || secrets.Any(s => h.Contains(s, StringComparison.Ordinal)));
        return response;
    }

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
                if (text.Contains("sig=", StringComparison.Ordinal) && !(name is "url" or "statusQueryGetUri" or "terminatePostUri" or "" && Uri.IsWellFormedUriString(text, UriKind.Absolute)))
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

    [GeneratedRegex(@"cfk_[A-Za-z0-9_\-]{20,}")]
    private static partial Regex Key { get; }

    [GeneratedRegex(@"whsec_[A-Za-z0-9+/=]{24,}")]
    private static partial Regex Secret { get; }
}

public class TrafficGuardTests
{
    [Theory]
    [InlineData("""{"detail":"see https://x/y?sig=abc"}""")]
    [InlineData("""{"link":"https://x/y?sig=abc"}""")]
    [InlineData("sig=abc")]
    [InlineData("""{"detail":"DefaultEndpointsProtocol=https;AccountName=x"}""")]
    [InlineData("""{"detail":"at Foo.Bar() in /src/Foo.cs:line 3"}""")]
    [InlineData("""{"a":[{"detail":"/opt/secret/place"}]}""")]
    [InlineData("""{"id":"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"}""")]
    [InlineData("""{"id":"cfk_0123456789012345678901234"}""")]
    public void A_leak_is_seen(string text) => Assert.NotEmpty(TrafficGuard.Leaks(text, ["/opt/secret"]));

    [Theory]
    [InlineData("""{"url":"https://x/y?sig=abc"}""")]
    [InlineData("""{"picture":["https://x/y?sig=abc"]}""")]
    [InlineData("""{"statusQueryGetUri":"https://x/y?sig=abc","terminatePostUri":"https://x/y?sig=def"}""")]
    [InlineData("""{"secret":"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkw","key":"cfk_0123456789012345678901234"}""")]
    public void What_is_handed_out_is_no_leak(string text) => Assert.Empty(TrafficGuard.Leaks(text, ["/opt/secret"]));
}
