using System.Net;
using System.Security.Cryptography;

namespace ComfyFunc.Tests.Acceptance.Kills;

/// <summary>A file that one client sends by a link, and sends again where it heard no answer.</summary>
/// <param name="http">Asks for the link.</param>
/// <param name="anyone">Sends the file: the link is the key.</param>
/// <param name="content">What the file holds.</param>
internal sealed class KeptUpload(HttpClient http, HttpClient anyone, byte[] content) : IKept
{
    private Uri? link;

    /// <summary>What calls name it by; <see langword="null"/> while nobody has answered that it may come.</summary>
    public string? Ref { get; private set; }

    public string Sha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(content));

    public bool IsAnswered { get; private set; }

    public async Task SendAsync()
    {
        var upload = await (await http.PostAsync("uploads")).JsonAsync();
        (Ref, link) = ((string)upload["ref"]!, new Uri((string)upload["url"]!));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(content));
        IsAnswered = true;
    }

    public async Task CheckAsync()
    {
        if (link is null)
        {
            return;
        }

        if (IsAnswered)
        {
            Assert.Equal(HttpStatusCode.Conflict, await PutAsync([.. content.AsSpan(1), 0])); // It is there: another cannot be sent.
        }

        Assert.Equal(HttpStatusCode.Created, await PutAsync(content));
        IsAnswered = true;
    }

    private async Task<HttpStatusCode> PutAsync(byte[] bytes)
    {
        using var body = new ByteArrayContent(bytes);
        using var answer = await anyone.PutAsync(link, body, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
