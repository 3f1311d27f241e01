using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Support;

/// <summary>Whatever its API is asked leads elsewhere: whoever goes there takes keys along.</summary>
internal sealed class LeadingServer : IAsyncDisposable
{
    private readonly WebApplication server = WebApplication.Create();
    private int followers;

    private LeadingServer()
    {
        server.Urls.Add("http://127.0.0.1:0");
        server.Map("/api/{**path}", () => Results.Redirect("/elsewhere", preserveMethod: true));
        server.Map("/elsewhere", () => Interlocked.Increment(ref followers));
    }

    public Uri Url => new(server.Urls.Single());

    /// <summary>How often somebody went where it led.</summary>
    public int Followers => followers;

    public static async Task<LeadingServer> StartAsync()
    {
        var leading = new LeadingServer();
        await leading.server.StartAsync(TestContext.Current.CancellationToken);
        return leading;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
