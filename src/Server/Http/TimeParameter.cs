using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>A time in a query: by RFC 3339, or a day in UTC.</summary>
internal static class TimeParameter
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd"];

    public static QueryParameter Of(string name, string description) => new(name, Schemas.Text(description),
        text => TimeIn(text) is null ? $"{name} is a time such as 2026-01-31T12:00:00Z, or a day." : null);

    /// <returns><see langword="null"/> where there is none.</returns>
    public static DateTimeOffset? Read(IQueryCollection query, string name) =>
        query[name].FirstOrDefault() is { } text ? TimeIn(text) : null; // It has been checked.

    // A plus sign that is not escaped arrives as a space. Nothing is older than what it may be at least.
    private static DateTimeOffset? TimeIn(string text) =>
        DateTimeOffset.TryParseExact(text.Replace(' ', '+'), Formats, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time > DateTimeOffset.UnixEpoch ? time : DateTimeOffset.UnixEpoch : null;
}
