using Azure.Core;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// How long one request waits for storage's answer, all tries together: less than callers do, so that they hear what is wrong. What is sent
/// along may take its time; what is received is not counted, as long as something comes.
/// </summary>
internal sealed class Patience(TimeSpan answer, TimeProvider clock)
{
    /// <summary>A slower line than this cannot be told from storage that does not answer.</summary>
    private const double LeastBytesASecond = 128 * 1024;

    private const string BegunAt = "ComfyFunc.BegunAt";

    /// <summary>How long an answer may take, and each part of its body.</summary>
    public TimeSpan Answer { get; } = answer;

    public static Patience Default { get; } = new(TimeSpan.FromSeconds(8), TimeProvider.System);

    public void Begin(HttpMessage message) => message.SetProperty(BegunAt, clock.GetTimestamp());

    /// <returns>What is left of it; negative once it is used up.</returns>
    public TimeSpan LeftOf(HttpMessage message)
    {
        var sent = message.Request.Content is { } content && content.TryComputeLength(out var length) ? length : 0;
        var whole = Answer + TimeSpan.FromSeconds(sent / LeastBytesASecond);
        return message.TryGetProperty(BegunAt, out var begun) && begun is long at ? whole - clock.GetElapsedTime(at) : whole;
    }
}
