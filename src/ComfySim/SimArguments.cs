using System.Globalization;

namespace ComfyFunc.ComfySim;

/// <summary>Reads the command line of the program. A word that it does not know is an error, never a wish that was not heard.</summary>
internal static class SimArguments
{
    private static readonly Flag[] Flags =
    [
        new("--port", "8188", "the port; 0 takes any free one", (o, v) => o with { Port = int.Parse(v, CultureInfo.InvariantCulture) }),
        new("--host", "127.0.0.1", "the address to listen on", (o, v) => o with { Listen = v }),
        new("--name", "sim", "shown in the device name", (o, v) => o with { Name = v }),
        new("--vram-gb", "24", "graphics memory", (o, v) => o with { VramGb = Number(v) }),
        new("--speed", "1", "how much of the simulated time is spent: 0 none, 1 all of it", (o, v) => o with { Speed = Number(v) }),
        new("--instant", null, "the same as --speed 0", (o, _) => o with { Speed = 0 }),
        new("--data", "FOLDER", "holds input, output, temp and user, and is kept", (o, v) => o with { BaseDirectory = v }),
        new("--object-info", "FILE", "a catalog, or a part of one: each class of it plays along", (o, v) => o with { ObjectInfoFile = v }),
        new("--stub-seconds", "0", "how long such a class takes", (o, v) => o with { StubSeconds = Number(v) }),
        new("--door", "TOKEN", "wants the token as bearer, as ?token= or as a password", (o, v) => o with { Door = v }),
        new("--max-upload-size", "MB", "the largest request body; 100 unless given", (o, v) => o with { MaxUploadSize = Number(v) }),
        new("--comfy-version", "0.3.64", "the release to be like; 0.29.0 is the other one",
            (o, v) => o with { ComfyVersion = Version.Parse(v).ToString() }),
    ];

    public static string Help { get; } =
        "ComfySim, a server that behaves like ComfyUI without a GPU.\n\n"
        + string.Concat(Flags.Select(f => $"  {$"{f.Name} {f.Value}",-26}{f.Meaning}\n"));

    /// <returns>The options, or what is wrong with the line.</returns>
    public static (SimOptions? Options, string? Error) Parse(IReadOnlyList<string> args)
    {
        var options = new SimOptions { Port = 8188 };
        for (var i = 0; i < args.Count; i++)
        {
            var parts = args[i].Split('=', 2);
            if (Array.Find(Flags, f => f.Name == parts[0]) is not { } flag)
            {
                return (null, $"There is no {parts[0]}.");
            }

            var value = parts.Length > 1 || flag.Value is null ? parts.ElementAtOrDefault(1) ?? "" : args.ElementAtOrDefault(++i);
            if (value is null)
            {
                return (null, $"{flag.Name} wants a value.");
            }

            try
            {
                options = flag.Set(options, value);
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
            {
                return (null, $"{flag.Name} cannot be '{value}'.");
            }
        }

        return (options, null);
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <param name="Value">An example or a name of the value; null when there is none.</param>
    private sealed record Flag(string Name, string? Value, string Meaning, Func<SimOptions, string, SimOptions> Set);
}
