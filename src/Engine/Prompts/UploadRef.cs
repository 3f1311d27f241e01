using System.Diagnostics.CodeAnalysis;

namespace ComfyFunc.Engine.Prompts;

/// <summary>The name of a file that a client has sent ahead, as it stands in a call: <c>upload:01M8…</c>.</summary>
/// <param name="Id">A ULID.</param>
public readonly record struct UploadRef(string Id)
{
    private const string Prefix = "upload:";

    /// <summary>Whether a text means to be one.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    public static bool TryParse(string text, [NotNullWhen(true)] out UploadRef? upload)
    {
        upload = IsMeant(text) && RunId.TryParse(text[Prefix.Length..], out _) ? new(text[Prefix.Length..]) : null;
        return upload is not null;
    }

    public override string ToString() => Prefix + Id;
}
