using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Prompts;

/// <summary>What a call sets, sorted to nodes. Files are referred to by their index, so this is small and can be stored.</summary>
public sealed record CallValues
{
    public static CallValues None { get; } = new();

    public ImmutableArray<Assignment> Assignments { get; init; } = [];

    /// <summary>The nodes that this call leaves out.</summary>
    public ImmutableArray<string> Bypassed { get; init; } = [];
}

/// <summary>One input of one node and the value that it gets.</summary>
public sealed record Assignment
{
    public required string Node { get; init; }

    public required string Input { get; init; }

    /// <summary>The literal; <see langword="null"/> when files are assigned, or a word in place of a seed.</summary>
    public JsonElement? Value { get; init; }

    /// <summary>The files by index; more than one become a batch.</summary>
    public ImmutableArray<int> Files { get; init; } = [];

    /// <summary>Of a seed: whether it is to be drawn or kept as saved, where the caller says so by a word.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SeedOrigin? Seed { get; init; }
}

/// <summary>A file of a call, to be stored before the prompt is made.</summary>
/// <param name="Pointer">Where in the caller's body it is.</param>
/// <param name="Upload">image, mask, video, audio, 3d or file.</param>
/// <param name="Name">What the caller calls it. Untrusted.</param>
public sealed record CallFile(int Index, string Pointer, string Upload, FileSource Source, string? Name);

/// <summary>Where a file's bytes are.</summary>
public abstract record FileSource
{
    private FileSource() { }

    public sealed record Bytes(ReadOnlyMemory<byte> Content, string? ContentType) : FileSource;

    public sealed record Url(Uri Address) : FileSource;

    /// <summary>A file that the client has sent ahead.</summary>
    public sealed record Upload(UploadRef Ref) : FileSource;

    /// <summary>An output of an earlier run.</summary>
    /// <param name="Index">Its place under the tag, from 0.</param>
    /// <param name="Query">How it is wanted, as links say it; empty for the file as it is.</param>
    public sealed record RunOutput(RunId Run, string Tag, int Index, string Query = "") : FileSource;
}
