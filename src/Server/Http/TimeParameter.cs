using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Engine;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>Reads a time from a query: by RFC 3339, or a day in UTC.</summary>
internal static class TimeParameter
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd"];

    /// <returns><see langword="null"/> where there is none, or none that can be read.</returns>
    public static DateTimeOffset? Read(IQueryCollection query, string name, ImmutableArray<Fault>.Builder faults)
    {
        if (query[name].FirstOrDefault() is not { } text)
        {
            return null;
        }

        // A plus sign that is not escaped arrives as a space.
        if (DateTimeOffset.TryParseExact(text.Replace(' ', '+'), Formats, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time > DateTimeOffset.UnixEpoch ? time : DateTimeOffset.UnixEpoch; // Nothing is older.
        }

        faults.Add(new(FaultCode.InvalidRequest, $"{name} is a time such as 2026-01-31T12:00:00Z, or a day.", $"/{name}"));
        return null;
    }
}
