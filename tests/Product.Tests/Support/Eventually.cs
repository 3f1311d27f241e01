using System.Diagnostics;

namespace ComfyFunc.Tests.Support;

/// <summary>Waits for what nobody tells: looks, pauses, looks again, and gives up saying what it saw last.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(30);

    /// <returns>What was seen when it was so.</returns>
    public static async Task<T> SeesAsync<T>(Func<Task<T>> look, Func<T, bool> isSo, TimeSpan? patience = null)
    {
        var limit = patience ?? UsualPatience;
        var watch = Stopwatch.StartNew();
        using var pause = new PeriodicTimer(Pause);
        while (true)
        {
            var seen = await look();
            if (isSo(seen))
            {
                return seen;
            }

            Assert.True(watch.Elapsed < limit, $"It has not come about in {limit}. What was seen last: {seen}");
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    public static Task IsSoAsync(Func<bool> isSo, TimeSpan? patience = null) =>
        SeesAsync(() => Task.FromResult(isSo()), so => so, patience);
}
