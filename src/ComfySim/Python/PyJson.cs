using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ComfyFunc.ComfySim.Python;

/// <summary>Reads and writes JSON as Python's <c>json</c> module does: 1 and 1.0 differ, the last of two equal keys wins.</summary>
internal static class PyJson
{
    public static object? Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    public static object? Parse(ReadOnlySpan<byte> utf8) =>
        System.Text.Unicode.Utf8.IsValid(utf8) ? new PyJsonReader(utf8).ReadAll()
        : throw new JsonException("'utf-8' codec can't decode the body");

    public static string Dumps(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    public static byte[] Bytes(object? value) => Encoding.ASCII.GetBytes(Dumps(value));

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null: text.Append("null"); break;
            case bool b: text.Append(b ? "true" : "false"); break;
            case double d:
                text.Append(double.IsFinite(d) ? Py.FloatText(d) : double.IsNaN(d) ? "NaN" : d > 0 ? "Infinity"
                : "-Infinity"); break;
            case string s: WriteString(text, s); break;
            case PyDict map: WriteObject(text, map); break;
            case System.Collections.IEnumerable items: WriteArray(text, items); break;
            case IFormattable number: text.Append(number.ToString(null, CultureInfo.InvariantCulture)); break;
            default: throw PythonException.TypeError($"Object of type {Py.TypeName(value)} is not JSON serializable");
        }
    }

    private static void WriteArray(StringBuilder text, System.Collections.IEnumerable items)
    {
        text.Append('[');
        var first = true;
        foreach (var item in items)
        {
            text.Append(first ? "" : ", ");
            first = false;
            Write(text, item);
        }

        text.Append(']');
    }

    private static void WriteObject(StringBuilder text, PyDict map)
    {
        text.Append('{');
        var first = true;
        foreach (var (key, item) in map)
        {
            text.Append(first ? "" : ", ");
            first = false;
            WriteString(text, key);
            text.Append(": ");
            Write(text, item);
        }

        text.Append('}');
    }

    private static readonly SearchValues<char> Special =
        SearchValues.Create([.. Enumerable.Range(0, 0x10000).Select(i => (char)i).Where(c => c is < ' ' or > '~' or '"' or '\\')]);

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        var rest = value.AsSpan();
        for (var i = rest.IndexOfAny(Special); i >= 0; i = rest.IndexOfAny(Special))
        {
            text.Append(rest[..i]).Append(Escape(rest[i]));
            rest = rest[(i + 1)..];
        }

        text.Append(rest).Append('"');
    }

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        _ => $"\\u{(int)c:x4}",
    };
}
