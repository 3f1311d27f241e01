using System.Globalization;

namespace ComfyFunc.Server.Kit;

/// <summary>Days as keys and folders are named by them: <c>20260131</c>, in UTC.</summary>
internal static class UtcDay
{
    public static string Of(DateTimeOffset time) => Of(DateOnly.FromDateTime(time.UtcDateTime));

    public static string Of(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
