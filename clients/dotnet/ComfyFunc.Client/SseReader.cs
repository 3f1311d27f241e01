using System.Runtime.CompilerServices;

namespace ComfyFunc.Client;

/// <summary>Reads Server-Sent Events. What has not come whole is dropped: whoever was cut off comes back for it.</summary>
internal static class SseReader
{
    /// <returns>Events, and <see langword="null"/> for a sign of life.</returns>
    public static async IAsyncEnumerable<SseEvent?> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream);
        var (id, kind, data) = ((string?)null, "message", new List<string>());
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                yield return data.Count > 0 ? new(id, kind, string.Join('\n', data)) : null;
                (id, kind, data) = (null, "message", []);
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (field, said) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
            said = said.StartsWith(' ') ? said[1..] : said;
            switch (field)
            {
                case "id":
                    id = said;
                    break;
                case "event":
                    kind = said;
                    break;
                case "data":
                    data.Add(said);
                    break;
            }
        }
    }
}

/// <summary>One event.</summary>
internal sealed record SseEvent(string? Id, string Kind, string Data);
