using Microsoft.Extensions.Configuration.Memory;

namespace ComfyFunc.Standalone;

/// <summary>
/// How this process logs where nothing else is configured: a line each, with date and time (UTC), and nothing of what others say of every
/// request.
/// </summary>
internal static class ConsoleLog
{
    private const string Console = "Logging:Console";

    // These speak of every request and every step; what they cannot do, the application says itself.
    private static readonly string[] Talkative = ["Microsoft.AspNetCore", "Microsoft.Hosting", "Azure", "System.Net.Http"];

    /// <summary>Puts the defaults below everything that is configured, so that any of it may be set otherwise.</summary>
    public static void AddDefaults(IConfigurationBuilder configuration, string? formatter) =>
        configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                [$"{Console}:FormatterName"] = "simple",
                [$"{Console}:FormatterOptions:SingleLine"] = "true",
                [$"{Console}:FormatterOptions:UseUtcTimestamp"] = "true",
                [$"{Console}:FormatterOptions:TimestampFormat"] = formatter is null or "simple" ? "yyyy-MM-ddTHH:mm:ss.fffZ "
                : "yyyy-MM-ddTHH:mm:ss.fffZ",
            }.Concat(Talkative.Select(c => KeyValuePair.Create($"Logging:LogLevel:{c}", (string?)"Warning"))),
        });

    /// <summary>A log for what comes before the application.</summary>
    public static ILoggerFactory Early(IConfiguration configuration) =>
        LoggerFactory.Create(l => l.AddConfiguration(configuration.GetSection("Logging")).AddConsole());
}
