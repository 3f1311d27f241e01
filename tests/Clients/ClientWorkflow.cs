namespace ComfyFunc.Tests.Clients;

/// <summary>The workflow that generated clients call.</summary>
internal static class ClientWorkflow
{
    public const string Name = "client picture";
    public const string Input = "ClientPictureInput";
    public const string Operation = "RunClientPicture";
}
