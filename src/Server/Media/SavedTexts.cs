using System.Text;
using System.Text.Unicode;

namespace ComfyFunc.Server.Media;

/// <summary>Gathers the graph and the prompt of a file. Where one is there twice, the last counts, as it does for the front end.</summary>
internal sealed class SavedTexts
{
    /// <summary>The most bytes that the texts of one file may have; real ones have some thousand.</summary>
    public const int Most = 64 << 20;

    private const string WorkflowName = "workflow";
    private const string PromptName = "prompt";
    private const string CommentName = "comment"; // VideoHelperSuite puts both into it, as one object.
    private int left = Most;

    public string? Workflow { get; private set; }

    public string? Prompt { get; private set; }

    /// <summary>How many bytes a text may still have.</summary>
    public int Left => left;

    /// <summary>Whether what is called so may be a graph or a prompt.</summary>
    public static bool Wants(string name) =>
        Is(name, WorkflowName) || Is(name, PromptName) || Is(name, CommentName);

    /// <summary>Takes a text, if its name says that it is of interest, and it is JSON.</summary>
    public Flaw? Add(string name, ReadOnlySpan<byte> text, long at)
    {
        if (!Wants(name))
        {
            return null;
        }

        if ((left -= Math.Min(left, text.Length)) == 0)
        {
            return TooLong(at);
        }

        var json = NonFinite.ToNull(JsonPieces.Unwrap(text));
        if (!json.StartsWith("{"u8))
        {
            return null; // Another program's.
        }

        return Is(name, CommentName) ? AddObject(json, at) : Keep(name, json);
    }

    /// <summary>Takes both out of an object that has them as members.</summary>
    public Flaw? AddObject(ReadOnlySpan<byte> json, long at)
    {
        json = NonFinite.ToNull(json);
        foreach (var name in new[] { WorkflowName, PromptName })
        {
            if (JsonPieces.Member(json, name) is { IsEmpty: false } member && Add(name, member, at) is { } flaw)
            {
                return flaw;
            }
        }

        return null;
    }

    public static Flaw TooLong(long at) => new($"has texts of more than {Most >> 20} MiB", at);

    private Flaw? Keep(string name, ReadOnlySpan<byte> json)
    {
        var text = Decode(json);
        if (Is(name, WorkflowName))
        {
            Workflow = text;
        }
        else
        {
            Prompt = text;
        }

        return null;
    }

    // Formats that know nothing but Latin-1 get UTF-8 all the same, as the front end reads it.
    public static string Decode(ReadOnlySpan<byte> text) =>
        Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text);

    private static bool Is(string name, string which) => name.Equals(which, StringComparison.OrdinalIgnoreCase);
}
