using ComfyFunc.Runs;

namespace ComfyFunc.Webhooks;

/// <summary>The event that tells of a run's status.</summary>
internal static class WebhookNames
{
    public static string Of(RunStatus status) => $"run.{RunResource.NameOf(status)}";
}
