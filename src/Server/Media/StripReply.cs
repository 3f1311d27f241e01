namespace ComfyFunc.Server.Media;

/// <summary>What became of taking the metadata out of a file.</summary>
public abstract record StripReply
{
    private StripReply() { }

    /// <param name="Content">The file without it: the stream that was given, or another one.</param>
    public sealed record Stripped(Stream Content) : StripReply;

    /// <summary>Its kind has no place for any.</summary>
    public sealed record Nothing : StripReply;

    /// <summary>It would have to be in memory for that, and is too large.</summary>
    public sealed record TooLarge : StripReply;

    /// <summary>No known kind, or broken: nobody can tell what is in it.</summary>
    public sealed record Unknown : StripReply;
}
