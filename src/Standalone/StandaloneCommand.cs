namespace ComfyFunc.Standalone;

/// <summary>What the process is to do, each with what that takes.</summary>
internal abstract record StandaloneCommand
{
    private StandaloneCommand() { }

    public sealed record Serve : StandaloneCommand;

    /// <summary>To show the main job, and then to serve.</summary>
    /// <param name="IsOnce">Whether it ends after its one call.</param>
    public sealed record Demo(bool IsOnce) : StandaloneCommand;

    /// <summary>To copy the data folder into another folder.</summary>
    public sealed record Backup(string To) : StandaloneCommand;

    /// <summary>To copy the data folder into the account that <c>Storage</c> names.</summary>
    public sealed record Migrate : StandaloneCommand;

    public sealed record Convert(ConversionFiles Files) : StandaloneCommand;

    /// <summary>To say the help or the version, whatever else stands there.</summary>
    /// <param name="Print">Answers the exit code.</param>
    public sealed record Tell(Func<int> Print) : StandaloneCommand;
}
