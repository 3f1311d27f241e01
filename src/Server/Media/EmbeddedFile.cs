using System.Buffers.Text;

namespace ComfyFunc.Server.Media;

/// <summary>Pictures inside of other files: stripped, with zeros for what went, so that the file around them keeps its lengths.</summary>
internal static class EmbeddedFile
{
    /// <returns>The same length; <see langword="null"/> when its metadata cannot be taken out.</returns>
    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        var stripped = FileMetadata.Strip(file.ToArray(), "");
        if (stripped is null || stripped.Length > file.Length)
        {
            return null;
        }

        Array.Resize(ref stripped, file.Length);
        return stripped;
    }

    /// <param name="uri"><c>data:image/png;base64,…</c></param>
    /// <returns>The same length; <see langword="null"/> when its metadata cannot be taken out.</returns>
    public static string? StripUri(string uri)
    {
        const string Coding = ";base64,";
        var start = uri.IndexOf(Coding, StringComparison.OrdinalIgnoreCase) + Coding.Length;
        if (start < Coding.Length || !Base64.IsValid(uri.AsSpan(start)))
        {
            return null;
        }

        var file = Convert.FromBase64String(uri[start..]);
        return uri.StartsWith("data:application/", StringComparison.OrdinalIgnoreCase) ? uri // A buffer of numbers.
            : Strip(file) is { } stripped ? uri[..start] + Convert.ToBase64String(stripped)
            : null;
    }
}
