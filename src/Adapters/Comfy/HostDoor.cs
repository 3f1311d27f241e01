using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>
/// What a host behind a door wants with every request: headers, a query such as <c>token=…</c>, a user. Secret as a whole: its text form
/// says nothing.
/// </summary>
public sealed record HostDoor
{
    public static HostDoor Open { get; } = new();

    public ImmutableSortedDictionary<string, string> Headers { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>As it is written in a URL, without the question mark.</summary>
    public string Query { get; init; } = "";

    /// <summary><c>user:password</c> as it is written in a URL.</summary>
    public string UserInfo { get; init; } = "";

    public bool IsOpen => Headers.IsEmpty && Query.Length == 0 && UserInfo.Length == 0;

    /// <summary>What the door adds to each request.</summary>
    public IEnumerable<(string Name, string Value)> RequestHeaders =>
        Headers.Select(h => (h.Key, h.Value))
        .Concat(UserInfo.Length == 0 ? []
            : [("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(UserInfo)))}")]);

    /// <summary>The query with every value hidden.</summary>
    public string ShownQuery =>
        string.Join('&', Query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? $"{p[..at]}=***" : "***"));

    public string ToJson() => JsonSerializer.Serialize(new Written(Headers.ToDictionary(), Query, UserInfo));

    public static HostDoor FromJson(string json)
    {
        var written = JsonSerializer.Deserialize<Written>(json) ?? throw new JsonException("A stored door is null.");
        return new() { Headers = Open.Headers.AddRange(written.Headers), Query = written.Query, UserInfo = written.UserInfo };
    }

    public bool Equals(HostDoor? other) =>
        other is not null && Query == other.Query && UserInfo == other.UserInfo && Headers.SequenceEqual(other.Headers);

    public override int GetHashCode() => HashCode.Combine(Query, UserInfo, Headers.Count);

    public override string ToString() => "a door";

    private sealed record Written(Dictionary<string, string> Headers, string Query, string UserInfo);
}
