namespace ComfyFunc.Client;

/// <summary>The paths below <c>/api</c>.</summary>
internal static class ApiPaths
{
    public const string Runs = "runs";
    public const string Uploads = "uploads";

    public static string Workflow(string name, string? version = null) =>
        $"workflows/{Escape(name)}{(version is null ? "" : $"/versions/{Escape(version)}")}";

    public static string Batches(string name, string? version) => $"{Workflow(name, version)}/batches";

    public static string Run(string id) => $"runs/{Escape(id)}";

    public static string Events(string id) => $"{Run(id)}/events";

    public static string Cancel(string id) => $"{Run(id)}/cancel";

    public static string Retry(string id) => $"{Run(id)}/retry";

    public static string Batch(string id) => $"batches/{Escape(id)}";

    public static string WithQuery(string path, IEnumerable<(string Name, string? Value)> query)
    {
        // The filter has seen it.
        var said = string.Join('&', query.Where(q => q.Value is not null).Select(q => $"{Escape(q.Name)}={Escape(q.Value!)}"));
        return said.Length == 0 ? path : $"{path}?{said}";
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
