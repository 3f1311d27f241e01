namespace ComfyFunc.Server.Media;

/// <summary>
/// Python writes numbers into JSON that JSON has not: <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>. They are read as null.
/// </summary>
internal static class NonFinite
{
    /// <returns>The text itself when it has none.</returns>
    public static ReadOnlySpan<byte> ToNull(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("NaN"u8) < 0 && json.IndexOf("Infinity"u8) < 0)
        {
            return json;
        }

        var written = new byte[json.Length + (json.Length / 3) + 1]; // NaN grows by one.
        var length = 0;
        var isText = false;
        for (var at = 0; at < json.Length;)
        {
            var token = isText ? 0 : TokenAt(json[at..]);
            if (token > 0)
            {
                "null"u8.CopyTo(written.AsSpan(length));
                length += 4;
                at += token;
                continue;
            }

            if (isText && json[at] == '\\' && at + 1 < json.Length)
            {
                written[length++] = json[at++];
            }
            else if (json[at] == '"')
            {
                isText = !isText;
            }

            written[length++] = json[at++];
        }

        return written.AsSpan(0, length);
    }

    private static int TokenAt(ReadOnlySpan<byte> json) => json[0] switch
    {
        (byte)'N' when json.StartsWith("NaN"u8) => 3,
        (byte)'I' when json.StartsWith("Infinity"u8) => 8,
        (byte)'-' when json.StartsWith("-Infinity"u8) => 9,
        _ => 0,
    };
}
