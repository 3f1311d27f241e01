namespace ComfyFunc.Tests.Clients;

/// <summary>The workflow that generated clients call, and others whose names generators stumble over.</summary>
internal static class ClientWorkflow
{
    public const string Name = "client-picture";

    public static string[] Others => ["client picture", "workflow", "batch", "图生图", "2d"];

    /// <summary>A picture whose output is named as few others are.</summary>
    public static string OfAnyName(string output) =>
        Acceptance.Prompts.Picture.Replace("[my image]", $"[{output}]", StringComparison.Ordinal);
}
