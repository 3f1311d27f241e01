using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Pool;

/// <summary>Reads what a host's pack says with a heartbeat: <c>{pack:{version}, queue?, vram?, catalogHash?, models?}</c>.</summary>
internal static class HostReportReader
{
    private const int LongestWord = 200;
    private const int MostFolders = 200;

    public static readonly string[] Members = ["pack", "queue", "vram", "catalogHash", "models"];

    /// <returns><see langword="null"/> of a host without the pack.</returns>
    public static HostReport? Read(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        var pack = Part(root, "pack", ["version"], faults);
        var queue = Part(root, "queue", ["running", "pending"], faults);
        var vram = Part(root, "vram", ["total", "free"], faults);
        var report = new HostReport
        {
            Pack = Word(pack, "version", JsonPointer.Of("pack", "version"), faults) ?? "",
            Running = (int?)Number(queue, "queue", "running", int.MaxValue, faults),
            Pending = (int?)Number(queue, "queue", "pending", int.MaxValue, faults),
            VramTotal = Number(vram, "vram", "total", long.MaxValue, faults),
            VramFree = Number(vram, "vram", "free", long.MaxValue, faults),
            CatalogHash = Word(root, "catalogHash", JsonPointer.Of("catalogHash"), faults),
            Models = Counts(root, faults),
        };
        if (BodyMembers.Given(root, "pack") is not null)
        {
            if (pack is { } said && BodyMembers.Given(said, "version") is null)
            {
                faults.Add(new(FaultCode.InvalidRequest, "version is the pack's.", "/pack/version"));
            }

            return report;
        }

        foreach (var member in Members[1..].Where(m => BodyMembers.Given(root, m) is not null))
        {
            faults.Add(new(FaultCode.InvalidRequest, $"{member} goes with pack: {{\"version\":…}}.", JsonPointer.Of(member)));
        }

        return null;
    }

    private static JsonElement? Part(JsonElement root, string name, string[] members, ImmutableArray<Fault>.Builder faults)
    {
        if (BodyMembers.Given(root, name) is not { } part)
        {
            return null;
        }

        if (part.ValueKind is not JsonValueKind.Object)
        {
            faults.Add(new(FaultCode.InvalidRequest, $"{name} is an object with {string.Join(" and ", members)}.", JsonPointer.Of(name)));
            return null;
        }

        faults.AddRange(BodyMembers.Unknown(part, name, members).Select(f => f with { Pointer = JsonPointer.Of(name) + f.Pointer }));
        return part;
    }

    private static string? Word(JsonElement? part, string name, string pointer, ImmutableArray<Fault>.Builder faults)
    {
        if (part is not { } given || BodyMembers.Given(given, name) is not { } word)
        {
            return null;
        }

        if (word.ValueKind is JsonValueKind.String && word.GetString() is { Length: > 0 and <= LongestWord } text)
        {
            return text;
        }

        faults.Add(new(FaultCode.InvalidRequest, $"{name} is a word of at most {LongestWord} characters.", pointer));
        return null;
    }

    private static long? Number(JsonElement? part, string within, string name, long most, ImmutableArray<Fault>.Builder faults)
    {
        if (part is not { } given || BodyMembers.Given(given, name) is not { } number)
        {
            return null;
        }

        if (number.ValueKind is JsonValueKind.Number && number.TryGetInt64(out var value) && value >= 0 && value <= most)
        {
            return value;
        }

        faults.Add(new(FaultCode.InvalidRequest, $"{name} is a whole number, 0 or more.", JsonPointer.Of(within, name)));
        return null;
    }

    private static ImmutableSortedDictionary<string, int>? Counts(JsonElement root, ImmutableArray<Fault>.Builder faults)
    {
        if (BodyMembers.Given(root, "models") is not { } models)
        {
            return null;
        }

        if (models.ValueKind is not JsonValueKind.Object || models.EnumerateObject().Count() > MostFolders)
        {
            faults.Add(new(FaultCode.InvalidRequest,
                $"models is an object of at most {MostFolders} folders, such as {{\"checkpoints\":12}}.", "/models"));
            return null;
        }

        var counts = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var folder in models.EnumerateObject())
        {
            if (Number(models, "models", folder.Name, int.MaxValue, faults) is { } count)
            {
                counts[folder.Name] = (int)count;
            }
        }

        return counts.ToImmutable();
    }
}
