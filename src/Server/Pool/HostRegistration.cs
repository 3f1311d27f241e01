using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Workflows;

namespace ComfyFunc.Pool;

/// <summary>What somebody says of a host that is to join: valid, or everything that is wrong with it.</summary>
public abstract record HostRegistration
{
    private HostRegistration() { }

    public sealed record Valid(HostId Id, Uri Url, int Slots, ImmutableSortedDictionary<string, string> Labels, string? WarmUp) : HostRegistration
    {
        /// <summary>The row after this registration: leases and what was learned of the host stay; a host that was resting is ready again.</summary>
        public PoolHost Over(PoolHost? known, DateTimeOffset now) => known is null
            ? new()
            {
                Id = Id,
                Url = Url,
                Slots = Slots,
                Labels = Labels,
                WarmUp = WarmUp,
                Status = WarmUp is null ? HostStatus.Ready : HostStatus.WarmingUp,
                Reason = WarmUp is null ? null : "Its warm-up has not ended yet.",
                RegisteredAt = now,
            }
            : HealthRules.Released(Described(known));

        /// <summary>The row after a heartbeat: what the host says of itself, and no word on whether it is well.</summary>
        public PoolHost HeardFrom(PoolHost? known, DateTimeOffset now) => (known is null ? Over(null, now) : Described(known)) with { HeartbeatAt = now };

        /// <summary>The row with what this registration says of the host, and nothing else changed.</summary>
        public PoolHost Described(PoolHost known) => known with { Url = Url, Slots = Slots, Labels = Labels, WarmUp = WarmUp };
    }

    public sealed record Invalid(ImmutableArray<Fault> Faults) : HostRegistration;

    /// <summary>A host of the configuration, whose shape the options check at start.</summary>
    public static Valid From(HostOptions host) =>
        new(new(host.Id), WithSlash(host.Url!), host.Slots, host.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal), host.WarmUp);

    public static HostRegistration Read(string id, ReadOnlyMemory<byte> body)
    {
        var faults = ImmutableArray.CreateBuilder<Fault>();
        if (!SafeName.IsValid(id))
        {
            faults.Add(new("invalid_request", $"A host id is {SafeName.Rule}."));
        }

        if (StrictJson.Parse(body) is StrictJson.Malformed { Fault: { Pointer.Length: > 0 } broken })
        {
            return new Invalid([.. faults, broken with { Code = "invalid_request" }]);
        }

        if (StrictJson.Parse(body) is not StrictJson.Parsed { Root: { ValueKind: JsonValueKind.Object } root })
        {
            faults.Add(new("invalid_request", "The body is a JSON object such as {\"url\":\"http://10.0.0.4:8188\",\"slots\":2}."));
            return new Invalid(faults.ToImmutable());
        }

        var url = ReadUrl(root, faults);
        var slots = ReadSlots(root, faults);
        var labels = ReadLabels(root, faults);
        var warmUp = ReadWarmUp(root, faults);
        return faults.Count > 0 ? new Invalid(faults.ToImmutable()) : new Valid(new(id), url!, slots, labels, warmUp);
    }

    private static Uri? ReadUrl(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        if (root.TryGetProperty("url", out var value) && value.ValueKind is JsonValueKind.String
            && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0)
        {
            return WithSlash(url);
        }

        faults.Add(new("invalid_request", "url is the http or https address of a ComfyUI server.", "/url"));
        return null;
    }

    private static Uri WithSlash(Uri url) => url.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");

    private static string? ReadWarmUp(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        if (!root.TryGetProperty("warmUp", out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.String && SafeName.IsValid(value.GetString()!)) // It is a string, which is never null.
        {
            return value.GetString();
        }

        faults.Add(new("invalid_request", "warmUp is the name of a workflow.", "/warmUp"));
        return null;
    }

    private static int ReadSlots(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        if (!root.TryGetProperty("slots", out var value))
        {
            return 2;
        }

        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var slots) && slots is >= 1 and <= 64)
        {
            return slots;
        }

        faults.Add(new("invalid_request", "slots is a whole number from 1 to 64.", "/slots"));
        return 0;
    }

    private static ImmutableSortedDictionary<string, string> ReadLabels(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (root.TryGetProperty("labels", out var value))
        {
            foreach (var label in value.ValueKind is JsonValueKind.Object ? value.EnumerateObject() : default)
            {
                if (label.Value.ValueKind is JsonValueKind.String)
                {
                    labels[label.Name] = label.Value.GetString()!; // It is a string, which is never null.
                }
                else
                {
                    faults.Add(new("invalid_request", "A label is a string.", $"/labels/{label.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}"));
                }
            }
        }

        return labels.ToImmutable();
    }
}
