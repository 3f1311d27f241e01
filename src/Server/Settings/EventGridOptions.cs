using System.ComponentModel;
namespace ComfyFunc.Server.Settings;

/// <summary>An Event Grid topic that is told of every run.</summary>
public sealed class EventGridOptions
{
    /// <summary>
    /// The topic's endpoint, such as https://mytopic.westeurope-1.eventgrid.azure.net/api/events. Unset: nothing is published.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>An access key; without one the process's identity is used.</summary>
    [PasswordPropertyText(true)]
    public string? Key { get; init; }
}
