using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Pool;

/// <summary>
/// Which models a host will hold once its queue has drained: those of the last prompts, and those that <c>[!cache]</c> keeps. How many
/// prompts' models it keeps follows from how ComfyUI was started (classic cache, --cache-lru, --cache-none), which it does not say; so it
/// is learned.
/// </summary>
public sealed record Residency
{
    private const int LargestCapacity = 16;
    private const int MostPinned = 32;

    /// <summary>The model files of one prompt each, the one used last at the end.</summary>
    public ImmutableArray<ModelSet> Sets { get; init; } = [];

    public ImmutableArray<string> Pinned { get; init; } = [];

    /// <summary>How many sets the host keeps. ComfyUI's classic cache keeps what the last prompt used.</summary>
    public int Capacity { get; init; } = 1;

    /// <summary>How long ago, in sets, the file was last used; 0 is the last one. <see langword="null"/> when it is not held.</summary>
    public int? AgeOf(string file)
    {
        for (var age = 0; age < Sets.Length; age++)
        {
            if (Sets[Sets.Length - 1 - age].Files.Contains(file))
            {
                return age;
            }
        }

        return Pinned.Contains(file) ? Sets.Length : null;
    }

    /// <summary>After one more prompt with these models. What it does not use may have to go.</summary>
    public Residency Use(ImmutableArray<string> models, ImmutableArray<string> pinned, DateTimeOffset now)
    {
        var sets = Sets.RemoveAll(s => s.Files.SequenceEqual(models)).Add(new(models, now));
        return this with
        {
            Sets = sets.Length > Capacity ? sets.RemoveRange(0, sets.Length - Capacity) : sets,
            Pinned = pinned.IsDefaultOrEmpty ? Pinned : [.. Pinned.Except(pinned).Concat(pinned).TakeLast(MostPinned)],
        };
    }

    /// <summary>The set that one more prompt with other models would push out; <see langword="null"/> while there is room.</summary>
    [JsonIgnore]
    public ModelSet? Next => Sets.Length >= Capacity && Sets.Length > 0 ? Sets[0] : null;

    /// <summary>Learns from an execution that loaded what was thought held, or held what was thought gone.</summary>
    public Residency Corrected(bool wasLoadedUnexpectedly, bool wasHeldUnexpectedly)
    {
        var capacity = wasLoadedUnexpectedly ? Math.Max(0, Capacity - 1) : wasHeldUnexpectedly
            ? Math.Min(LargestCapacity, Capacity + 1) : Capacity;
        return capacity == Capacity ? this
            : this with { Capacity = capacity, Sets = Sets.Length > capacity ? Sets.RemoveRange(0, Sets.Length - capacity) : Sets };
    }

    /// <summary>The host's process is new, or its memory was freed. What its cache can do stays known.</summary>
    public Residency Emptied() => this with { Sets = [], Pinned = [] };
}

/// <summary>The model files of one prompt.</summary>
/// <param name="UsedAt">When a prompt with them was last placed.</param>
public sealed record ModelSet(ImmutableArray<string> Files, DateTimeOffset UsedAt);
