using System.Text;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Startup;

/// <summary>Checks all settings at start, nested ones included, and names every fault at once.</summary>
public static class ComfyFuncOptionsValidator
{
    private const string Section = ComfyFuncOptions.Section;

    public static IEnumerable<SettingFault> Check(ComfyFuncOptions options) =>
        CheckMembers(options, Section)
            .Concat(CheckMembers(options.Answers, $"{Section}:Answers"))
            .Concat(options.Hosts.SelectMany((h, i) => CheckHost(h, $"{Section}:Hosts:{i}")))
            .Concat(CheckAddresses(options.Hosts))
            .Concat(options.SecretsKey is { Length: > 0 } key && SecretKey.Parse(key) is null
                ? [new($"{Section}:SecretsKey", $"must be the base64 of {SecretKey.Bytes} bytes.")] : [])
            .Concat(options.Callers.SelectMany((c, i) => CheckCaller(c, $"{Section}:Callers:{i}")))
            .Concat(CheckKeys(options.Callers))
            .Concat(options.Quotas.SelectMany((q, i) => CheckMembers(q, $"{Section}:Quotas:{i}")))
            .Concat(CheckDoors(options))
            .Concat(CheckNumbers(options.Health))
            .Concat(CheckTimes(options, Section))
            .Concat(CheckTimes(options.Health, $"{Section}:Health"));

    private static IEnumerable<SettingFault> CheckHost(HostOptions host, string path)
    {
        var faults = CheckMembers(host, path);
        faults = host.Id.Length == 0 || SafeName.IsValid(host.Id) ? faults : faults.Append(new($"{path}:Id", $"must be {SafeName.Rule}."));
        faults = host.Url is null || HostRegistration.IsAddress(host.Url) ? faults
            : faults.Append(new($"{path}:Url", "must be the http or https address of a ComfyUI server."));
        faults = host.Url?.UserInfo.Length > 0 && host.Headers.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase)
            ? faults.Append(new($"{path}:Url", "has a user, and Headers have an Authorization; one of them must go.")) : faults;
        return faults.Concat(
            host.Headers.Select(h => HostHeaders.Objection(h.Key, h.Value) is { } objection
                ? new SettingFault($"{path}:Headers:{h.Key}", $"cannot be sent: {objection}") : null).OfType<SettingFault>());
    }

    private static IEnumerable<SettingFault> CheckAddresses(IList<HostOptions> hosts) =>
        from later in hosts.Index()
        from earlier in hosts.Take(later.Index)
        where later.Item.Url is { IsAbsoluteUri: true } url && earlier.Url is { IsAbsoluteUri: true } other
        && HostAddress.IsSame(url, other)
        select new SettingFault($"{Section}:Hosts:{later.Index}:Url", $"is that of the host '{earlier.Id}'.");

    private static IEnumerable<SettingFault> CheckCaller(CallerOptions caller, string path)
    {
        var faults = CheckMembers(caller, path);
        faults = caller.Client.Length == 0 || SafeName.IsValid(caller.Client) ? faults
            : faults.Append(new($"{path}:Client", $"must be {SafeName.Rule}."));
        faults = NameScope.IsValid([.. caller.Workflows]) ? faults
            : faults.Append(new($"{path}:Workflows", $"must be {NameScope.Rule}."));
        faults = NameScope.IsValid([.. caller.Hosts]) ? faults
            : faults.Append(new($"{path}:Hosts", $"must be {NameScope.Rule}."));
        return caller.Role is Role.None ? faults.Append(new($"{path}:Role", "must be Host, Run, Author or Admin.")) : faults;
    }

    private static IEnumerable<SettingFault> CheckDoors(ComfyFuncOptions options)
    {
        if (options.PublicUrl is { } url
            && !(url is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }))
        {
            yield return new($"{Section}:PublicUrl",
                $"must be the http or https address of this server, such as https://comfy.example.com, without user, query and fragment.");
        }

        foreach (var (index, proxy) in options.TrustedProxies.Index().Where(p => PublicAddress.NetworkOf(p.Item) is null))
        {
            yield return new($"{Section}:TrustedProxies:{index}",
                $"must be an address such as 10.0.0.4 or a network such as 10.0.0.0/8, not '{proxy}'.");
        }

        foreach (var (index, host) in options.AllowedHosts.Index().Where(h => h.Item != "*" && !IsHostName(h.Item)))
        {
            yield return new($"{Section}:AllowedHosts:{index}",
                $"must be a name such as comfy.example.com or *.example.com, without scheme and port and as requests spell it "
                    + $"(xn--…), not '{host}'.");
        }

        foreach (var (index, origin) in options.Cors.Origins.Index().Where(o => !AllowedOrigins.IsOrigin(o.Item)))
        {
            yield return new($"{Section}:Cors:Origins:{index}",
                $"must be a scheme, a name and perhaps a port, such as https://app.example.com or https://*.example.com, not '{origin}'.");
        }

        if (options.Cors.Origins.Contains("*") && !options.AsksForKeys && options.SignLinks is not true)
        {
            yield return new($"{Section}:Cors:Origins",
                $"has *, but no callers are configured: every web page could act as whoever opens it.");
        }
    }

    private static bool IsHostName(string text) => Ascii.IsValid(text)
        && Uri.CheckHostName(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text) is not UriHostNameType.Unknown;

    private static IEnumerable<SettingFault> CheckKeys(IList<CallerOptions> callers) =>
        from later in callers.Index()
        from earlier in callers.Index().Take(later.Index)
        where later.Item.Key.Length > 0 && later.Item.Key == earlier.Item.Key
        select new SettingFault($"{Section}:Callers:{later.Index}:Key", $"is that of Callers:{earlier.Index} too.");

    private static IEnumerable<SettingFault> CheckNumbers(HealthLimits health) =>
        from setting in health.GetType().GetProperties()
        where setting.GetValue(health) is int and < 1
        select new SettingFault($"{Section}:Health:{setting.Name}", "must be 1 or more.");

    // Each that there is, so that one that is added is checked too.
    private static IEnumerable<SettingFault> CheckTimes(object settings, string path) =>
        from setting in settings.GetType().GetProperties()
        where setting.PropertyType == typeof(TimeSpan)
        let least = setting.Name is nameof(ComfyFuncOptions.ReuseResultsFor) ? TimeSpan.Zero : TimeSpan.FromTicks(1)
        where (TimeSpan)setting.GetValue(settings)! < least
        select new SettingFault($"{path}:{setting.Name}",
            least == TimeSpan.Zero ? "must not be negative." : "must be longer than nothing.");

    private static IEnumerable<SettingFault> CheckMembers(object settings, string path) => SettingMembers.Check(settings, path);
}
