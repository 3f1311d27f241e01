using ComfyFunc.Server.Following;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Webhooks;

/// <summary>The event that tells of a run's status.</summary>
internal static class WebhookNames
{
    public static string Of(RunStatus status) => $"run.{RunResource.NameOf(status)}";
}
