using System.Text;

namespace ComfyFunc.Server.Media;

/// <summary>Formats of lines, each of which begins with a word that says what it is.</summary>
internal static class TextLines
{
    /// <param name="line">What becomes of a line; <see langword="null"/> when it has no place in such a file.</param>
    /// <returns><see langword="null"/> when any line has none.</returns>
    public static byte[]? Edit(ReadOnlySpan<byte> file, Func<string, string?> line)
    {
        var lines = Encoding.UTF8.GetString(file).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (line(lines[i].TrimEnd('\r')) is not { } edited)
            {
                return null;
            }

            lines[i] = edited;
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    public static string WordOf(string line) => line.TrimStart().Split([' ', '\t'], 2)[0];
}
