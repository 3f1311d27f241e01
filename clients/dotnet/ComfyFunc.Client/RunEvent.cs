namespace ComfyFunc.Client;

/// <summary>What happens to a run.</summary>
/// <param name="Id">The run's id.</param>
/// <param name="Status">Where the run stands.</param>
public abstract record RunEvent(string Id, string Status)
{
    /// <summary>It stands elsewhere. The last one has the run.</summary>
    /// <param name="Id">The run's id.</param>
    /// <param name="Status">Where the run stands.</param>
    /// <param name="Host">Where it executes.</param>
    /// <param name="Run">The run, once it has ended.</param>
    public sealed record StatusChanged(string Id, string Status, string? Host, Run? Run) : RunEvent(Id, Status);

    /// <summary>It got on.</summary>
    /// <param name="Id">The run's id.</param>
    /// <param name="Status">Where the run stands.</param>
    /// <param name="Progress">How far it is.</param>
    public sealed record Progressed(string Id, string Status, RunProgress Progress) : RunEvent(Id, Status);

    /// <summary>A picture of work in progress.</summary>
    /// <param name="Id">The run's id.</param>
    /// <param name="Status">Where the run stands.</param>
    /// <param name="ContentType">The picture's media type.</param>
    /// <param name="Content">The picture.</param>
    public sealed record Previewed(string Id, string Status, string ContentType, ReadOnlyMemory<byte> Content) : RunEvent(Id, Status);
}
