namespace ComfyFunc.Adapters.Comfy;

/// <summary>What a host said of one of its user's files.</summary>
public abstract record UserFileReply
{
    private UserFileReply() { }

    /// <param name="Content">Of a file that was read; empty otherwise.</param>
    /// <param name="Stamp">Tells this state of the file from every other: its size and time, as the host writes them, where it does.</param>
    public sealed record Done(ReadOnlyMemory<byte> Content, string? Stamp = null) : UserFileReply;

    public sealed record Missing : UserFileReply;

    /// <summary>There is a file of that name, and it was left as it is.</summary>
    public sealed record Taken : UserFileReply;

    /// <summary>It answers, and will not do it.</summary>
    /// <param name="Detail">A sentence about the host.</param>
    /// <param name="IsOfAll">Whether it would say so of every file.</param>
    public sealed record Refused(string Detail, bool IsOfAll = false) : UserFileReply;

    /// <param name="Detail">A sentence about the host.</param>
    public sealed record NoAnswer(string Detail) : UserFileReply;
}

/// <summary>What a host said of a folder of its user's files.</summary>
public abstract record UserFolderReply
{
    private UserFolderReply() { }

    /// <param name="Stamps">The state of each file, by its name.</param>
    public sealed record Listed(IReadOnlyDictionary<string, string> Stamps) : UserFolderReply;

    /// <summary>It answers, and will not do it.</summary>
    /// <param name="Detail">A sentence about the host.</param>
    public sealed record Refused(string Detail) : UserFolderReply;

    /// <param name="Detail">A sentence about the host.</param>
    public sealed record NoAnswer(string Detail) : UserFolderReply;
}
