using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ComfyFunc.Adapters.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Adapters.Web;

/// <summary>
/// A fetch under its true rules, a web site on loopback that stands for every public address, and a name service to lie with.
/// </summary>
internal sealed class FetchRig : IAsyncDisposable
{
    public static readonly FetchLimits Limits = new(1_000_000, TimeSpan.FromSeconds(30));
    public static readonly IPAddress Public = IPAddress.Parse("93.184.216.34");

    private readonly WebApplication site;
    private readonly ConcurrentDictionary<string, Queue<IPAddress[]>> names = new(StringComparer.OrdinalIgnoreCase);

    private FetchRig(WebApplication site)
    {
        this.site = site;
        Fetch = new(new(new(), ResolveAsync, DialAsync), Clock, NullLogger<GuardedFetch>.Instance);
        FetchLocal = new(new(new() { AllowPrivate = true }, GuardedDialer.SystemResolver, GuardedDialer.DialAsync), Clock,
            NullLogger<GuardedFetch>.Instance);
    }

    public FakeTimeProvider Clock { get; } = new();

    public GuardedFetch Fetch { get; }

    /// <summary>With private addresses allowed, and nothing between it and the network.</summary>
    public GuardedFetch FetchLocal { get; }

    public ConcurrentQueue<IPEndPoint> Dialed { get; } = [];

    public ConcurrentQueue<HttpRequest> Requests { get; } = [];

    public Uri Local => new(site.Urls.Single());

    public static async Task<FetchRig> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var site = builder.Build();
        site.Urls.Add("http://127.0.0.1:0");
        var rig = new FetchRig(site);
        site.Run(context =>
        {
            rig.Requests.Enqueue(context.Request);
            return answer(context);
        });
        await site.StartAsync(TestContext.Current.CancellationToken);
        rig.Name("public.example", Public.ToString());
        return rig;
    }

    /// <summary>What the name resolves to, first, second, …; the last answer stays.</summary>
    public void Name(string host, params string[] answers) =>
        names[host] = new(answers.Select(a => a.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse).ToArray()));

    public Task<FetchReply> GetAsync(string url, FetchLimits? limits = null) =>
        Fetch.FetchAsync(new(url, UriKind.RelativeOrAbsolute), limits ?? Limits, TestContext.Current.CancellationToken);

    public static async Task<string> ReadAsync(FetchReply.Opened opened)
    {
        using var reader = new StreamReader(opened.Content);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Fetch.Dispose();
        FetchLocal.Dispose();
        await site.DisposeAsync();
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (!names.TryGetValue(host, out var answers))
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken);
        }

        lock (answers)
        {
            return answers.Count > 1 ? answers.Dequeue() : answers.Peek();
        }
    }

    private Task<Stream> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        Dialed.Enqueue(address);
        if (!address.Address.Equals(Public))
        {
            throw new SocketException((int)SocketError.HostUnreachable);
        }

        return GuardedDialer.DialAsync(new(IPAddress.Loopback, Local.Port), cancellationToken);
    }
}
