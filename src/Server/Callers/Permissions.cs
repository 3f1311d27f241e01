namespace ComfyFunc.Server.Callers;

/// <summary>Which role a request needs, told by its verb and path: one rule for both hosts.</summary>
public static class Permissions
{
    private const string Prefix = "/api/";

    /// <param name="path">With <c>/api/</c> in front.</param>
    public static Role Needed(string verb, string path)
    {
        var segments = path.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? path[Prefix.Length..].ToLowerInvariant().Split('/') : [];
        return segments switch
        {
            ["health" or "ready"] => Role.None,
            ["links", ..] => Role.None, // A signature is the proof.
            ["docs", ..] => Role.None, // A page without any data; what it loads needs a key.
            ["workflows", _, "aliases", ..] => Role.Author,
            ["workflows", ..] => verb is "GET" or "HEAD" or "POST" ? Role.Run : Role.Author,
            ["runs" or "batches" or "uploads" or "usage" or "openapi.json", ..] => Role.Run,
            ["webhooks", "default", ..] => Role.Run, // The client's own secret.
            _ => Role.Admin,
        };
    }
}
