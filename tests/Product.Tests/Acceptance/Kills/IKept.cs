namespace ComfyFunc.Tests.Acceptance.Kills;

/// <summary>
/// Something that a client has the server keep. What was answered must be so; of what was not, either outcome may be, and whichever it is
/// must be whole.
/// </summary>
internal interface IKept
{
    /// <summary>Looks how it is, and holds the server to that from then on.</summary>
    Task CheckAsync();
}
