using Azure.Core;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// How long one request waits for storage's answer, all tries together: less than callers do, so that they hear what is wrong. What is sent
/// along may take its time; what is received is not counted, as long as something comes.
/// </summary>
internal sealed class Patience(TimeProvider clock, TimeSpan? answer = null)
{
    /// <summary>A slower line than this cannot be told from storage that does not answer.</summary>
    private const double LeastBytesASecond = 128 * 1024;

    /// <summary>What is longer is part of a file: how long it takes says nothing of storage, and no call waits for it in vain.</summary>
    private const long LongestRequest = 1 << 20;

    private const string GivenKey = "ComfyFunc.Given";

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(8);

    /// <summary>How long an answer may take, and each part of its body.</summary>
    public TimeSpan Answer { get; } = answer ?? Usual;

    public TimeProvider Clock => clock;

    /// <summary>The patience of the call that is being answered, for an exchange of so many bytes.</summary>
    public static CallPatience? OfCall(long bytes) => bytes <= LongestRequest ? CallPatience.Current : null;

    /// <summary>What so many bytes may take.</summary>
    public static TimeSpan Of(long bytes) => TimeSpan.FromSeconds(bytes / LeastBytesASecond);

    /// <summary>A request begins.</summary>
    public Given Begin(HttpMessage message)
    {
        var sent = message.Request.Content is { } content && content.TryComputeLength(out var length) ? length : 0;
        var (call, whole) = (OfCall(sent), Answer + Of(sent));
        var given = new Given(clock.GetTimestamp(), call?.Left is { } left && left < whole ? left : whole, call);
        message.SetProperty(GivenKey, given);
        return given;
    }

    /// <returns>What is left of it; negative once it is used up.</returns>
    public TimeSpan LeftOf(HttpMessage message) =>
        message.TryGetProperty(GivenKey, out var value) && value is Given given ? given.Whole - clock.GetElapsedTime(given.At) : Answer;

    /// <summary>What one request is given.</summary>
    /// <param name="At">When it began.</param>
    /// <param name="Whole">How long it may take.</param>
    /// <param name="Call">The call whose time it takes.</param>
    public sealed record Given(long At, TimeSpan Whole, CallPatience? Call);
}
