using System.Runtime.CompilerServices;

namespace ComfyFunc.Client;

/// <summary>Reads listings of runs page by page.</summary>
internal static class RunPages
{
    public const string Largest = "200";

    public static async IAsyncEnumerable<Run> ReadAsync(ApiConnection connection, IReadOnlyCollection<(string Name, string? Value)> query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await connection.JsonAsync(
                new ApiRequest(HttpMethod.Get, ApiPaths.Runs) { Query = [.. query, ("continuation", continuation)] }, cancellationToken);
            foreach (var run in page.Items("runs"))
            {
                yield return new(connection, run);
            }

            continuation = page.Text("continuation");
        }
        while (continuation is not null);
    }
}
