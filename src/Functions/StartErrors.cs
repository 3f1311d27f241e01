namespace ComfyFunc.Functions;

/// <summary>
/// Says why the worker does not start. Its host shows what it says there, and takes a line that has the word for an error: that one it
/// names again where it tells of the worker's end.
/// </summary>
internal static class StartErrors
{
    private const int NotStarted = 2;

    /// <returns>The exit code.</returns>
    public static async Task<int> SayAsync(params IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await Console.Error.WriteLineAsync($"error: {line}");
        }

        return NotStarted;
    }
}
