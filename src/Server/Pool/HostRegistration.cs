using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Pool;

/// <summary>What somebody says of a host that is to join: valid, or everything that is wrong with it.</summary>
public abstract record HostRegistration
{
    private HostRegistration() { }

    /// <param name="Url">Without user and query.</param>
    /// <param name="Door">What the host wants with every request.</param>
    /// <param name="SaysHeaders">Whether headers were named at all: a host does not know the door before it.</param>
    public sealed record Valid(HostId Id, Uri Url, int Slots, ImmutableSortedDictionary<string, string> Labels, string? WarmUp,
        HostDoor Door, bool SaysHeaders) : HostRegistration
    {
        /// <summary>Whether it is to be given the published workflows.</summary>
        public bool SyncsWorkflows { get; init; } = true;

        /// <summary>The door as the row has it.</summary>
        public string? SealedDoor { get; init; }

        /// <summary>What it says of itself besides; only heartbeats do.</summary>
        public HostReport? Report { get; init; }

        /// <summary>
        /// The row after this registration: leases and what was learned of the host stay; a host that was resting is ready again.
        /// </summary>
        public PoolHost Over(PoolHost? known, DateTimeOffset now) => known is null
            ? new()
            {
                Id = Id,
                Url = Url,
                Door = SealedDoor,
                Slots = Slots,
                Labels = Labels,
                WarmUp = WarmUp,
                SyncsWorkflows = SyncsWorkflows,
                Status = WarmUp is null ? HostStatus.Ready : HostStatus.WarmingUp,
                Reason = WarmUp is null ? null : "Its warm-up has not ended yet.",
                RegisteredAt = now,
            }
            : HealthRules.Released(Described(known));

        /// <summary>The row after a heartbeat: what the host says of itself, and no word on whether it is well.</summary>
        public PoolHost HeardFrom(PoolHost? known, DateTimeOffset now) =>
            HealthRules.HeardFrom(known is null ? Over(null, now) : Described(known), now) with { Report = Report?.Over(known?.Report) };

        /// <summary>The row with what this registration says of the host, and nothing else changed.</summary>
        public PoolHost Described(PoolHost known) =>
            known with { Url = Url, Door = SealedDoor, Slots = Slots, Labels = Labels, WarmUp = WarmUp, SyncsWorkflows = SyncsWorkflows };

        /// <summary>What is wrong if the server is known under another id: two would sell its slots twice.</summary>
        public Fault? Twin(ImmutableArray<PoolHost> known) =>
            known.FirstOrDefault(h => h.Id != Id && HostAddress.IsSame(h.Url, Url)) is { } other
            ? new(FaultCode.Conflict, $"The host '{other.Id}' has this address already. A server has one id.", "/url")
            : null;

        /// <summary>The door of a host that says of itself what it knows: what it leaves out stays.</summary>
        public HostDoor DoorOver(HostDoor known) => new()
        {
            Headers = SaysHeaders ? Door.Headers : known.Headers,
            Query = Door.Query.Length > 0 ? Door.Query : known.Query,
            UserInfo = Door.UserInfo.Length > 0 ? Door.UserInfo : known.UserInfo,
        };
    }

    public sealed record Invalid(ImmutableArray<Fault> Faults) : HostRegistration;

    /// <summary>A host of the configuration, whose shape the options check at start.</summary>
    public static Valid From(HostOptions host) =>
        new(new(host.Id), Bare(host.Url!), host.Slots, host.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal), host.WarmUp,
            DoorOf(host.Url!, HostDoor.Open.Headers.AddRange(host.Headers)), SaysHeaders: true)
        { SyncsWorkflows = host.Sync };

    public static bool IsAddress(Uri url) => url is { IsAbsoluteUri: true, Scheme: "http" or "https", Host.Length: > 0 };

    /// <summary>What somebody says of a host.</summary>
    public static HostRegistration Read(string id, ReadOnlyMemory<byte> body) => Read(id, body, isHeartbeat: false);

    /// <summary>What a host says of itself: the same, and how it is.</summary>
    public static HostRegistration ReadHeartbeat(string id, ReadOnlyMemory<byte> body) => Read(id, body, isHeartbeat: true);

    private static HostRegistration Read(string id, ReadOnlyMemory<byte> body, bool isHeartbeat)
    {
        var faults = ImmutableArray.CreateBuilder<Fault>();
        if (!SafeName.IsValid(id))
        {
            faults.Add(new(FaultCode.InvalidRequest, $"A host id is {SafeName.Rule}.", "/id"));
        }

        if (StrictJson.Parse(body) is StrictJson.Malformed { Fault: { Pointer.Length: > 0 } broken })
        {
            return new Invalid([.. faults, broken with { Code = FaultCode.InvalidRequest }]);
        }

        if (StrictJson.Parse(body) is not StrictJson.Parsed { Root: { ValueKind: JsonValueKind.Object } root })
        {
            faults.Add(new(FaultCode.InvalidRequest, "The body is a JSON object such as {\"url\":\"http://10.0.0.4:8188\",\"slots\":2}.",
                ""));
            return new Invalid(faults.ToImmutable());
        }

        faults.AddRange(BodyMembers.Unknown(root, "A host",
            ["url", "headers", "slots", "labels", "warmUp", "sync", .. isHeartbeat ? HostReportReader.Members : []]));
        var url = ReadUrl(root, faults);
        var slots = ReadSlots(root, faults);
        var labels = ReadLabels(root, faults);
        var warmUp = ReadWarmUp(root, faults);
        var syncs = ReadSync(root, faults);
        var headers = ReadHeaders(root, faults);
        var report = isHeartbeat ? HostReportReader.Read(root, faults) : null;
        if (url?.UserInfo.Length > 0 && headers.ContainsKey("Authorization"))
        {
            faults.Add(new(FaultCode.InvalidRequest, "The user in url is sent as Authorization already: give one of the two.",
                "/headers/Authorization"));
        }

        return faults.Count > 0 || url is null
            ? new Invalid(faults.ToImmutable())
            : new Valid(new(id), Bare(url), slots, labels, warmUp, DoorOf(url, headers),
                root.TryGetProperty("headers", out var said) && said.ValueKind is not JsonValueKind.Null)
            {
                SyncsWorkflows = syncs,
                Report = report
            };
    }

    private static Uri? ReadUrl(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        if (root.TryGetProperty("url", out var value) && value.ValueKind is JsonValueKind.String
            && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var url) && IsAddress(url))
        {
            return url;
        }

        faults.Add(new(FaultCode.InvalidRequest, "url is the http or https address of a ComfyUI server.", "/url"));
        return null;
    }

    private static Uri Bare(Uri url) =>
        new UriBuilder(url)
        {
            UserName = "",
            Password = "",
            Query = "",
            Fragment = "",
            Path = url.AbsolutePath.EndsWith('/') ? url.AbsolutePath : url.AbsolutePath + "/"
        }.Uri;

    // A user without a password has an empty one.
    private static HostDoor DoorOf(Uri url, ImmutableSortedDictionary<string, string> headers) => new()
    {
        Headers = headers,
        Query = url.Query.TrimStart('?'),
        UserInfo = url.UserInfo.Length == 0 || url.UserInfo.Contains(':', StringComparison.Ordinal) ? url.UserInfo : url.UserInfo + ":",
    };

    private static ImmutableSortedDictionary<string, string> ReadHeaders(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        var headers = HostDoor.Open.Headers.ToBuilder();
        if (!root.TryGetProperty("headers", out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return headers.ToImmutable();
        }

        if (value.ValueKind is not JsonValueKind.Object)
        {
            faults.Add(new(FaultCode.InvalidRequest, "headers is an object such as {\"Authorization\":\"Bearer …\"}.", "/headers"));
            return headers.ToImmutable();
        }

        foreach (var header in value.EnumerateObject())
        {
            var objection = header.Value.ValueKind is not JsonValueKind.String ? "The value of a header is a string."
                : headers.ContainsKey(header.Name) ? "This header is named twice."
                : HostHeaders.Objection(header.Name, header.Value.GetString()!); // It is a string, which is never null.
            if (objection is null)
            {
                headers[header.Name] = header.Value.GetString()!;
            }
            else
            {
                faults.Add(new(FaultCode.InvalidRequest, objection, JsonPointer.Of("headers", header.Name)));
            }
        }

        return headers.ToImmutable();
    }

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

        faults.Add(new(FaultCode.InvalidRequest, "warmUp is the name of a workflow.", "/warmUp"));
        return null;
    }

    private static bool ReadSync(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        if (!root.TryGetProperty("sync", out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.True)
        {
            return true;
        }

        if (value.ValueKind is not JsonValueKind.False)
        {
            faults.Add(new(FaultCode.InvalidRequest, "sync is true or false: whether the host is given the published workflows.", "/sync"));
        }

        return false;
    }

    private static int ReadSlots(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        if (!root.TryGetProperty("slots", out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return 2;
        }

        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var slots) && slots is >= 1 and <= 64)
        {
            return slots;
        }

        faults.Add(new(FaultCode.InvalidRequest, "slots is a whole number from 1 to 64.", "/slots"));
        return 0;
    }

    private static ImmutableSortedDictionary<string, string> ReadLabels(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (root.TryGetProperty("labels", out var value) && value.ValueKind is not JsonValueKind.Null)
        {
            if (value.ValueKind is not JsonValueKind.Object)
            {
                faults.Add(new(FaultCode.InvalidRequest, "labels is an object such as {\"gpu\":\"h100\"}.", "/labels"));
                return labels.ToImmutable();
            }

            foreach (var label in value.EnumerateObject())
            {
                if (label.Value.ValueKind is JsonValueKind.String)
                {
                    labels[label.Name] = label.Value.GetString()!; // It is a string, which is never null.
                }
                else
                {
                    faults.Add(new(FaultCode.InvalidRequest, "A label is a string.", JsonPointer.Of("labels", label.Name)));
                }
            }
        }

        return labels.ToImmutable();
    }
}
