using System.Globalization;
using System.Numerics;
using System.Text;

namespace ComfyFunc.ComfySim.Python;

/// <summary>What Python makes of a JSON value: its text, its truth, its type and its conversions.</summary>
internal static class Py
{
    public static bool IsInt(object? value) => value is int or long or BigInteger;

    public static bool Truth(object? value) => value switch
    {
        null or false => false,
        int or long or BigInteger => AsBigInteger(value) != 0,
        double d => d != 0,
        string s => s.Length > 0,
        PyList l => l.Count > 0,
        PyDict d => d.Count > 0,
        _ => true,
    };

    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        int or long or BigInteger => "int",
        double => "float",
        string => "str",
        PyList => "list",
        PyDict => "dict",
        _ => value.GetType().Name,
    };

    public static string Str(object? value) => value as string ?? Repr(value);

    public static string Repr(object? value) => value switch
    {
        null => "None",
        bool b => b ? "True" : "False",
        double d => FloatText(d),
        string s => Quote(s),
        PyList l => $"[{string.Join(", ", l.Select(Repr))}]",
        PyDict d => $"{{{string.Join(", ", d.Select(p => $"{Quote(p.Key)}: {Repr(p.Value)}"))}}}",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => $"<{value.GetType().Name}>",
    };

    /// <summary>The shortest text that reads back as the same float; always with a point or an exponent, as Python writes it.</summary>
    public static string FloatText(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var size = Math.Abs(value);
        if (value != 0 && (size >= 1e16 || size < 1e-4))
        {
            return WithPythonExponent(value.ToString("R", CultureInfo.InvariantCulture), value);
        }

        var text = value.ToString("0.#################", CultureInfo.InvariantCulture);
        var exact = value.ToString("R", CultureInfo.InvariantCulture);
        text = exact.Contains('E', StringComparison.Ordinal) ? text : exact;
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    /// <summary><c>int(value)</c>.</summary>
    public static object ToInt(object? value) => value switch
    {
        bool b => b ? 1L : 0L,
        int or long or BigInteger => value,
        double d when double.IsFinite(d) => Small(new BigInteger(Math.Truncate(d))),
        double => throw new PythonException("OverflowError", "cannot convert float infinity to integer"),
        string s when BigInteger.TryParse(s.Trim().Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var i) =>
            Small(i),
        string s => throw PythonException.ValueError($"invalid literal for int() with base 10: {Quote(s)}"),
        _ => throw PythonException.TypeError(
            $"int() argument must be a string, a bytes-like object or a real number, not '{TypeName(value)}'"),
    };

    /// <summary><c>float(value)</c>.</summary>
    public static double ToFloat(object? value) => value switch
    {
        bool b => b ? 1 : 0,
        int or long or BigInteger => (double)AsBigInteger(value),
        double d => d,
        string s when double.TryParse(s.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var d) => d,
        string s => throw PythonException.ValueError($"could not convert string to float: {Quote(s)}"),
        _ => throw PythonException.TypeError($"float() argument must be a string or a real number, not '{TypeName(value)}'"),
    };

    /// <summary><c>key in container</c>, as far as JSON values go.</summary>
    public static bool Contains(object? container, string key) => container switch
    {
        PyDict d => d.ContainsKey(key),
        PyList l => l.Contains(key),
        string s => s.Contains(key, StringComparison.Ordinal),
        _ => throw PythonException.TypeError($"argument of type '{TypeName(container)}' is not iterable"),
    };

    /// <summary><c>container[key]</c> with a string for a key.</summary>
    public static object? Item(object? container, string key) => container switch
    {
        PyDict d => d.TryGetValue(key, out var value) ? value : throw PythonException.KeyError(key),
        PyList => throw PythonException.TypeError("list indices must be integers or slices, not str"),
        string => throw PythonException.TypeError("string indices must be integers, not 'str'"),
        _ => throw PythonException.TypeError($"'{TypeName(container)}' object is not subscriptable"),
    };

    /// <summary><c>for x in value</c>: lists give items, dicts keys, strings characters.</summary>
    public static IEnumerable<object?> Iterate(object? value) => value switch
    {
        PyList l => l,
        PyDict d => d.Keys,
        string s => s.EnumerateRunes().Select(r => (object?)r.ToString()),
        _ => throw PythonException.TypeError($"'{TypeName(value)}' object is not iterable"),
    };

    public static new bool Equals(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (string x, string y) => x == y,
        (PyList x, PyList y) => x.Count == y.Count && x.Zip(y).All(p => Equals(p.First, p.Second)),
        (PyDict x, PyDict y) => x.Count == y.Count && x.All(p => y.TryGetValue(p.Key, out var other) && Equals(p.Value, other)),
        _ => IsNumber(a) && IsNumber(b) ? Compare(a, b) == 0 : ReferenceEquals(a, b),
    };

    /// <summary>Orders two numbers; bools count as 0 and 1.</summary>
    public static int Compare(object? a, object? b) =>
        a is double || b is double ? ToFloat(a).CompareTo(ToFloat(b)) : AsBigInteger(a).CompareTo(AsBigInteger(b));

    public static object? Copy(object? value) => value switch
    {
        PyList l => l.ConvertAll(Copy),
        PyDict d => new PyDict(d.Select(p => KeyValuePair.Create(p.Key, Copy(p.Value)))),
        _ => value,
    };

    public static BigInteger AsBigInteger(object? value) => value switch
    {
        bool b => b ? 1 : 0,
        int i => i,
        long l => l,
        BigInteger b => b,
        _ => throw PythonException.TypeError($"'{TypeName(value)}' object cannot be interpreted as an integer"),
    };

    public static object Small(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (long)value : value;

    public static bool IsNumber(object? value) => value is bool or double || IsInt(value);

    public static string Quote(string text)
    {
        var mark = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder().Append(mark);
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\\' => "\\\\",
                _ when c == mark => "\\" + c,
                _ when char.IsControl(c) => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        }

        return quoted.Append(mark).ToString();
    }

    private static string WithPythonExponent(string text, double value)
    {
        if (!text.Contains('E', StringComparison.Ordinal))
        {
            text = value.ToString("0.################E+0", CultureInfo.InvariantCulture);
        }

        var (digits, exponent) = (text[..text.IndexOf('E', StringComparison.Ordinal)],
            int.Parse(text[(text.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture));
        return $"{digits}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }
}
