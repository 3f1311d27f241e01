using System.Security.Cryptography;
using System.Text;

namespace ComfyFunc.ComfySim.Models;

/// <summary>How large a model file pretends to be: as told, as the name suggests, or as a hash of the name decides.</summary>
internal static class ModelSizes
{
    private static readonly (string Hint, double Gigabytes)[] Hints =
    [
        ("flux", 11.9), ("t5xxl", 4.9), ("umt5", 6.7), ("sd_xl", 6.9), ("xl", 6.6), ("_8", 2.1), ("v1-5", 2.1),
        ("audio", 4.8), ("wan", 2.8),
        ("vae", 0.3), ("ae.", 0.3), ("clip_l", 0.25), ("control", 1.4), ("lora", 0.15), ("detail", 0.14), ("watercolor", 0.2),
        ("pixel", 0.17), ("4x", 0.07), ("x2", 0.07),
    ];

    public static double Of(string file, SimOptions options)
    {
        if (options.ModelGigabytes.TryGetValue(file, out var told))
        {
            return told;
        }

        var hint = Array.Find(Hints, h => file.Contains(h.Hint, StringComparison.OrdinalIgnoreCase));
        return hint.Hint is null ? 1.5 + (SHA256.HashData(Encoding.UTF8.GetBytes(file))[0] / 255.0 * 5) : hint.Gigabytes;
    }
}
