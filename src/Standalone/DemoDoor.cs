using System.Collections.Immutable;
using System.Security.Cryptography;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Standalone;

/// <summary>
/// How the demo gets in where calls need keys: as an admin of the configuration, else as one that lives as long as this process.
/// </summary>
/// <param name="Key">Sent with every call; <see langword="null"/> where none is asked for.</param>
/// <param name="Settings">What must be set besides, so that the server knows the key.</param>
internal sealed record DemoDoor(string? Key, ImmutableArray<string> Settings)
{
    private const int KeyBytes = 32;

    public static DemoDoor Open { get; } = new(null, []);

    public static DemoDoor Of(ComfyFuncOptions options) =>
        !options.AsksForKeys ? Open
        : options.Callers.FirstOrDefault(c => c.Role is Role.Admin) is { } admin ? new(admin.Key, [])
        : Made(RandomNumberGenerator.GetHexString(KeyBytes * 2, lowercase: true));

    // A number that no list of callers reaches.
    private static DemoDoor Made(string key)
    {
        const string Caller = $"--{ComfyFuncOptions.Section}:{nameof(ComfyFuncOptions.Callers)}:1000000";
        return new(key,
            [$"{Caller}:{nameof(CallerOptions.Client)}=demo", $"{Caller}:{nameof(CallerOptions.Key)}={key}",
                $"{Caller}:{nameof(CallerOptions.Role)}={nameof(Role.Admin)}"]);
    }
}
