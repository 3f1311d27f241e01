using System.ComponentModel.DataAnnotations;
using ComfyFunc.Callers;
using ComfyFunc.Comfy;
using ComfyFunc.Pool;
using ComfyFunc.Secrets;
using Microsoft.Extensions.Options;

namespace ComfyFunc;

/// <summary>Checks all settings at start, nested ones included, and names every fault at once.</summary>
public sealed class ComfyFuncOptionsValidator : IValidateOptions<ComfyFuncOptions>
{
    public ValidateOptionsResult Validate(string? name, ComfyFuncOptions options)
    {
        var faults = Check(options, ComfyFuncOptions.Section)
            .Concat(Check(options.Answers, $"{ComfyFuncOptions.Section}:Answers"))
            .Concat(options.Hosts.SelectMany((h, i) => CheckHost(h, $"{ComfyFuncOptions.Section}:Hosts:{i}")))
            .Concat(CheckAddresses(options.Hosts))
            .Concat(options.SecretsKey is { Length: > 0 } key && SecretKey.Parse(key) is null ? [$"{ComfyFuncOptions.Section}:SecretsKey is the base64 of {SecretKey.Bytes} bytes."] : [])
            .Concat(options.Callers.SelectMany((c, i) => CheckCaller(c, $"{ComfyFuncOptions.Section}:Callers:{i}")))
            .Concat(options.Quotas.SelectMany((q, i) => Check(q, $"{ComfyFuncOptions.Section}:Quotas:{i}")))
            .Concat(options.Callers.GroupBy(c => c.Key, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(_ => $"{ComfyFuncOptions.Section}:Callers has one key twice."))
            .Concat(options.EventGrid.Endpoint is { IsAbsoluteUri: false } ? [$"{ComfyFuncOptions.Section}:EventGrid:Endpoint is an absolute URL."] : [])
            .Concat(CheckDoors(options))
            .Concat(CheckTimes(options))
            .ToArray();
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> CheckHost(HostOptions host, string path)
    {
        var faults = Check(host, path);
        faults = SafeName.IsValid(host.Id) ? faults : faults.Append($"{path}:Id is {SafeName.Rule}.");
        faults = host.Url is null || HostRegistration.IsAddress(host.Url) ? faults : faults.Append($"{path}:Url is the http or https address of a ComfyUI server.");
        faults = host.Url?.UserInfo.Length > 0 && host.Headers.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase) ? faults.Append($"{path} has both a user in its Url and the header Authorization.") : faults;
        return faults.Concat(host.Headers.Select(h => HostHeaders.Objection(h.Key, h.Value) is { } objection ? $"{path}:Headers:{h.Key}: {objection}" : null).OfType<string>());
    }

    private static IEnumerable<string> CheckAddresses(IList<HostOptions> hosts) =>
        from later in hosts.Index()
        from earlier in hosts.Take(later.Index)
        where later.Item.Url is { IsAbsoluteUri: true } url && earlier.Url is { IsAbsoluteUri: true } other && HostAddress.IsSame(url, other)
        select $"{ComfyFuncOptions.Section}:Hosts:{later.Index}:Url is that of the host '{earlier.Id}'.";

    private static IEnumerable<string> CheckCaller(CallerOptions caller, string path)
    {
        var faults = Check(caller, path);
        faults = SafeName.IsValid(caller.Client) ? faults : faults.Append($"{path}:Client is {SafeName.Rule}.");
        faults = WorkflowScope.IsValid([.. caller.Workflows]) ? faults : faults.Append($"{path}:Workflows is {WorkflowScope.Rule}.");
        return caller.Role is Role.None ? faults.Append($"{path}:Role is Run, Author or Admin.") : faults;
    }

    private static IEnumerable<string> CheckDoors(ComfyFuncOptions options)
    {
        if (options.PublicUrl is { } url && !(url is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }))
        {
            yield return $"{ComfyFuncOptions.Section}:PublicUrl is the http or https address of this server, such as https://comfy.example.com, without user, query and fragment.";
        }

        foreach (var (index, proxy) in options.TrustedProxies.Index().Where(p => PublicAddress.NetworkOf(p.Item) is null))
        {
            yield return $"{ComfyFuncOptions.Section}:TrustedProxies:{index} is an address such as 10.0.0.4 or a network such as 10.0.0.0/8, not '{proxy}'.";
        }

        foreach (var (index, host) in options.AllowedHosts.Index().Where(h => h.Item != "*" && Uri.CheckHostName(h.Item.StartsWith("*.", StringComparison.Ordinal) ? h.Item[2..] : h.Item) is UriHostNameType.Unknown))
        {
            yield return $"{ComfyFuncOptions.Section}:AllowedHosts:{index} is a name such as comfy.example.com or *.example.com, without scheme and port, not '{host}'.";
        }

        foreach (var (index, origin) in options.Cors.Origins.Index().Where(o => !AllowedOrigins.IsOrigin(o.Item)))
        {
            yield return $"{ComfyFuncOptions.Section}:Cors:Origins:{index} is a scheme, a name and perhaps a port, such as https://app.example.com or https://*.example.com, not '{origin}'.";
        }

        if (options.Cors.Origins.Contains("*") && !options.AsksForKeys && options.SignLinks is not true)
        {
            yield return $"{ComfyFuncOptions.Section}:Cors:Origins has *, but no callers are configured: every web page could act as whoever opens it.";
        }
    }

    private static IEnumerable<string> CheckTimes(ComfyFuncOptions options) =>
        from setting in new Dictionary<string, TimeSpan>
        {
            [nameof(options.StartWithin)] = options.StartWithin,
            [nameof(options.FinishWithin)] = options.FinishWithin,
            [nameof(options.Retention)] = options.Retention,
            [nameof(options.UsageRetention)] = options.UsageRetention,
            [nameof(options.UrlLifetime)] = options.UrlLifetime,
            [nameof(options.ScaleTarget)] = options.ScaleTarget,
            [nameof(options.ForgetHostsAfter)] = options.ForgetHostsAfter,
            ["Health:FirstRest"] = options.Health.FirstRest,
            ["Health:StuckRest"] = options.Health.StuckRest,
            ["Health:LongestRest"] = options.Health.LongestRest,
            ["Health:ZombieAfter"] = options.Health.ZombieAfter,
            ["Health:StuckAfter"] = options.Health.StuckAfter,
        }
        where setting.Value <= TimeSpan.Zero
        select $"{ComfyFuncOptions.Section}:{setting.Key} must be longer than nothing.";

    private static IEnumerable<string> Check(object settings, string path)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(settings, new ValidationContext(settings), results, validateAllProperties: true);
        return results.Select(r => $"{path}: {r.ErrorMessage}");
    }
}
