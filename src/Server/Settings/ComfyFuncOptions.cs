using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Settings;

/// <summary>The settings of the application, bound from the section <c>ComfyFunc</c> and checked at start.</summary>
public sealed class ComfyFuncOptions
{
    public const string Section = "ComfyFunc";

    /// <summary>The bounds of <see cref="MaxUploadBytes"/>.</summary>
    public const long LeastUploadBytes = 1024;

    /// <inheritdoc cref="LeastUploadBytes"/>
    public const long MostUploadBytes = 1L << 40;

    /// <summary>Hosts that are in the pool from the start; more join through the API.</summary>
    public IList<HostOptions> Hosts { get; init; } = [];

    /// <summary>
    /// The key that seals what must not lie in storage in clear: the base64 of 32 bytes. Without one, a key is made and kept in that very
    /// storage.
    /// </summary>
    [PasswordPropertyText(true)]
    public string? SecretsKey { get; init; }

    /// <summary>Callers that are known from the start. As soon as there is one, every call needs a key.</summary>
    public IList<CallerOptions> Callers { get; init; } = [];

    /// <summary>
    /// Takes callers whom Azure App Service has authenticated, by their app roles. Only to be set there: anywhere else the header can be
    /// forged.
    /// </summary>
    public bool TrustEasyAuth { get; init; }

    /// <summary>What clients may take.</summary>
    public IList<QuotaOptions> Quotas { get; init; } = [];

    /// <summary>How long the sums of <c>GET /api/usage</c> are kept.</summary>
    public TimeSpan UsageRetention { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Whether callers are told apart.</summary>
    public bool AsksForKeys => Callers.Count > 0 || TrustEasyAuth;

    /// <summary>
    /// Whether the links by which a run is followed, canceled and pictured carry a signature in place of a key. Unset: where callers need keys. The
    /// Functions app sets it, because function keys guard that.
    /// </summary>
    public bool? SignLinks { get; init; }

    /// <summary>What <see cref="SignLinks"/> comes to.</summary>
    public bool SignsLinks => SignLinks ?? AsksForKeys;

    /// <summary>
    /// Where the world reaches this server, such as <c>https://comfy.example.com</c>. Unset: as requests ask for it, or as a trusted proxy
    /// says. A name of other letters is spelt as headers and browsers spell it (<c>xn--…</c>).
    /// </summary>
    public Uri? PublicUrl
    {
        get;
        init => field = value is { IsAbsoluteUri: true } && value.IdnHost != value.Host && value.HostNameType is UriHostNameType.Dns
            ? new UriBuilder(value) { Host = value.IdnHost }.Uri : value;
    }

    /// <summary>Whether published workflows are put into the list of every host's editor that does not opt out.</summary>
    public bool SyncWorkflows { get; init; } = true;

    /// <summary>Who serves the links of outputs and uploads. The embedded store's are always served here.</summary>
    public LinkKind Links { get; init; } = LinkKind.Sas;

    /// <summary>
    /// The proxies whose <c>Forwarded</c> and <c>X-Forwarded-*</c> headers are believed: addresses, or networks such as <c>10.0.0.0/8</c>.
    /// Those on this machine always are.
    /// </summary>
    public IList<string> TrustedProxies { get; init; } = [];

    /// <summary>
    /// Names that this server goes by, such as <c>comfy.example.com</c> or <c>*.example.com</c>. Where no keys guard it, it answers to no
    /// others but addresses and names without a dot.
    /// </summary>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>Which web pages may use the API from a browser.</summary>
    public CorsSettings Cors { get; init; } = new();

    /// <summary>How calls are answered when they do not say.</summary>
    public AnswerOptions Answers { get; init; } = new();

    /// <summary>How long a run may wait for its first slot.</summary>
    public TimeSpan StartWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a run may take from its acceptance to its end.</summary>
    public TimeSpan FinishWithin { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Runs that may wait for a slot. While so many do, calls are refused with <c>queue_full</c>.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueued { get; init; } = 10_000;

    /// <summary>How much is borne with before a host gets no more work.</summary>
    public HealthLimits Health { get; init; } = new();

    /// <summary>The time in which the hosts that <c>GET /api/pool</c> wants would have done everything that waits.</summary>
    public TimeSpan ScaleTarget { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a host that registers itself by heartbeats may be away before it is taken out of the pool.</summary>
    public TimeSpan ForgetHostsAfter { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long runs and their artifacts are kept after they ended.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How old a result may be that answers a call with the same values and no open seed; zero runs every call.</summary>
    public TimeSpan ReuseResultsFor { get; init; }

    /// <summary>How long a download URL is good for; each read of a run mints fresh ones.</summary>
    public TimeSpan UrlLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Bytes of a request body.</summary>
    [Range(1024, 1L << 31)]
    public long MaxBodyBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of one input file, wherever it comes from.</summary>
    [Range(1024, 1L << 40)]
    public long MaxInputBytes { get; init; } = 256 << 20;

    /// <summary>
    /// Bytes of a file that comes by a link of this server's own, where less reaches it than <see cref="MaxInputBytes"/>: the host of
    /// Functions, or a proxy, refuses what is longer.
    /// </summary>
    [Range(LeastUploadBytes, MostUploadBytes)]
    public long? MaxUploadBytes { get; init; }

    /// <summary>What <see cref="MaxUploadBytes"/> comes to.</summary>
    public long LongestUpload => Math.Min(MaxInputBytes, MaxUploadBytes ?? MaxInputBytes);

    /// <summary>Images in one array that becomes a batch.</summary>
    [Range(1, 1024)]
    public int MaxBatch { get; init; } = 64;

    /// <summary>Pixels of one input image.</summary>
    [Range(1, 1L << 40)]
    public long MaxInputPixels { get; init; } = 100_000_000;

    /// <summary>Bytes of one output file.</summary>
    [Range(1024, 1L << 42)]
    public long MaxOutputBytes { get; init; } = 8L << 30;

    /// <summary>Where every run is told to Azure Event Grid.</summary>
    public EventGridOptions EventGrid { get; init; } = new();

    /// <summary>Lets callers name input URLs in private networks. For development only.</summary>
    public bool AllowPrivateInputUrls { get; init; }

    /// <summary>Lets webhooks be in private networks and without TLS. For development only.</summary>
    public bool AllowPrivateWebhooks { get; init; }
}

/// <summary>One host of the configuration.</summary>
public sealed class HostOptions
{
    [Required]
    public string Id { get; init; } = "";

    [Required]
    public Uri? Url { get; init; }

    [Range(1, 64)]
    public int Slots { get; init; } = 2;

    public IDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>What it wants with every request.</summary>
    [PasswordPropertyText(true)]
    public IDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The workflow that it runs before it takes calls.</summary>
    public string? WarmUp { get; init; }

    /// <summary>Whether published workflows are put into its editor's list.</summary>
    public bool Sync { get; init; } = true;
}

/// <summary>
/// What a call gets that does not state a preference: with Wait=220, Output=base64, Return=minimal a ComfyUI Fast API client works
/// unchanged.
/// </summary>
public sealed record AnswerOptions
{
    /// <summary>Seconds. Functions cuts HTTP answers off at 230 s on every plan.</summary>
    public const int LongestWait = 220;

    /// <summary>Seconds that a call waits for its run; 0 answers 202 at once.</summary>
    [Range(0, LongestWait)]
    public int Wait { get; init; }

    public OutputForm Output { get; init; }

    public ReturnForm Return { get; init; }
}

/// <summary>How artifacts are handed out.</summary>
public enum OutputForm
{
    Url,
    Base64,
}

/// <summary>How much of a finished run is answered (RFC 7240): all of it, or its outputs by tag.</summary>
public enum ReturnForm
{
    Representation,
    Minimal,
}
