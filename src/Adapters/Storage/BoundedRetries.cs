using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Tries again for as long as there is patience left; each try may use up all of it.</summary>
internal sealed class BoundedRetries(Patience patience) : RetryPolicy(
    MostRetries,
    DelayStrategy.CreateExponentialDelayStrategy(TimeSpan.FromMilliseconds(100), LongestDelay))
{
    private const int MostRetries = 5;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestTry = TimeSpan.FromMilliseconds(100);

    protected override void OnSendingRequest(HttpMessage message) => Limit(message);

    protected override ValueTask OnSendingRequestAsync(HttpMessage message)
    {
        Limit(message);
        return ValueTask.CompletedTask;
    }

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) =>
        IsTimeLeft(message) && base.ShouldRetry(message, exception);

    protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        IsTimeLeft(message) && await base.ShouldRetryAsync(message, exception).ConfigureAwait(false);

    private void Limit(HttpMessage message)
    {
        var left = patience.LeftOf(message);
        message.NetworkTimeout = left > ShortestTry ? left : ShortestTry;
    }

    private bool IsTimeLeft(HttpMessage message) => patience.LeftOf(message) > PauseBefore(message) + ShortestTry;

    // Storage may ask for more than anybody waits.
    private static TimeSpan PauseBefore(HttpMessage message) =>
        message.HasResponse && message.Response.Headers.TryGetValue("Retry-After", out var after)
        && double.TryParse(after, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}
