using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace ComfyFunc.ComfySim.Python;

/// <summary>
/// Reads JSON as Python's <c>json.loads</c> does: NaN and Infinity are numbers, and half a surrogate pair is a character.
/// </summary>
internal ref struct PyJsonReader(ReadOnlySpan<byte> text)
{
    private const int MaxDepth = 512;

    private readonly ReadOnlySpan<byte> text = text;
    private int at;
    private int depth;

    public object? ReadAll()
    {
        var value = ReadValue();
        ExpectEnd();
        return value;
    }

    /// <summary>Reads an object member by member, and says where in the text each of them stands, name and all.</summary>
    public List<(string Name, Range Text, object? Value)> ReadMembers()
    {
        var members = new List<(string Name, Range Text, object? Value)>();
        Expect((byte)'{');
        while (Peek() != '}')
        {
            if (members.Count > 0)
            {
                Expect((byte)',');
            }

            Peek();
            var start = at;
            var name = ReadName();
            var value = ReadValue();
            members.Add((name, start..at, value));
        }

        at++;
        ExpectEnd();
        return members;
    }

    private object? ReadValue()
    {
        if (depth > MaxDepth)
        {
            throw new JsonException("maximum recursion depth exceeded");
        }

        return Peek() switch
        {
            (byte)'"' => ReadString(),
            (byte)'{' => ReadObject(),
            (byte)'[' => ReadArray(),
            (byte)'n' => Word("null", null),
            (byte)'t' => Word("true", true),
            (byte)'f' => Word("false", false),
            (byte)'N' => Word("NaN", double.NaN),
            (byte)'I' => Word("Infinity", double.PositiveInfinity),
            (byte)'-' when text[at..].StartsWith("-I"u8) => Word("-Infinity", double.NegativeInfinity),
            _ => ReadNumber(),
        };
    }

    private PyDict ReadObject()
    {
        var map = new PyDict();
        at++;
        depth++;
        for (var first = true; Peek() != '}'; first = false)
        {
            if (!first)
            {
                Expect((byte)',');
            }

            var name = ReadName();
            map[name] = ReadValue();
        }

        at++;
        depth--;
        return map;
    }

    private PyList ReadArray()
    {
        var list = new PyList();
        at++;
        depth++;
        for (var first = true; Peek() != ']'; first = false)
        {
            if (!first)
            {
                Expect((byte)',');
            }

            list.Add(ReadValue());
        }

        at++;
        depth--;
        return list;
    }

    private string ReadName()
    {
        if (Peek() != '"')
        {
            throw new JsonException("Expecting property name enclosed in double quotes");
        }

        var name = ReadString();
        Expect((byte)':');
        return name;
    }

    private string ReadString()
    {
        at++;
        var value = new StringBuilder();
        while (true)
        {
            var length = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (length < 0 || text.Slice(at, length).IndexOfAnyInRange((byte)0, (byte)31) >= 0)
            {
                throw new JsonException("Unterminated string or control character");
            }

            value.Append(Encoding.UTF8.GetString(text.Slice(at, length)));
            at += length + 1;
            if (text[at - 1] == '"')
            {
                return value.ToString();
            }

            value.Append(ReadEscape());
        }
    }

    private char ReadEscape()
    {
        var escape = at < text.Length ? text[at++] : (byte)0;
        if (escape != 'u')
        {
            var index = "\"\\/bfnrt".IndexOf((char)escape, StringComparison.Ordinal);
            return index >= 0 ? "\"\\/\b\f\n\r\t"[index] : throw new JsonException("Invalid \\escape");
        }

        if (at + 4 > text.Length
            || !ushort.TryParse(text.Slice(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            throw new JsonException("Invalid \\uXXXX escape");
        }

        at += 4;
        return (char)unit;
    }

    private object ReadNumber()
    {
        var rest = text[at..];
        var length = rest.StartsWith("-"u8) ? 1 : 0;
        var digits = Digits(rest[length..]);
        if (digits == 0)
        {
            throw new JsonException("Expecting value");
        }

        length += rest[length] == '0' ? 1 : digits; // A leading zero stands alone, and what follows it is extra data.
        var isFloat = false;
        if (length + 1 < rest.Length && rest[length] == '.' && Digits(rest[(length + 1)..]) is > 0 and var fraction)
        {
            (length, isFloat) = (length + 1 + fraction, true);
        }

        if (length < rest.Length && rest[length] is (byte)'e' or (byte)'E')
        {
            var sign = length + 1 < rest.Length && rest[length + 1] is (byte)'+' or (byte)'-' ? 1 : 0;
            if (length + 1 + sign < rest.Length && Digits(rest[(length + 1 + sign)..]) is > 0 and var exponent)
            {
                (length, isFloat) = (length + 1 + sign + exponent, true);
            }
        }

        at += length;
        var number = Encoding.ASCII.GetString(rest[..length]);
        return isFloat ? double.Parse(number, CultureInfo.InvariantCulture)
            : Py.Small(BigInteger.Parse(number, CultureInfo.InvariantCulture));
    }

    private static int Digits(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? rest.Length : end;
    }

    private object? Word(string word, object? value)
    {
        if (!text[at..].StartsWith(Encoding.ASCII.GetBytes(word)))
        {
            throw new JsonException("Expecting value");
        }

        at += word.Length;
        return value;
    }

    /// <returns>What comes after white space; 0 at the end.</returns>
    private byte Peek()
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            at++;
        }

        return at < text.Length ? text[at] : (byte)0;
    }

    private void Expect(byte mark)
    {
        if (Peek() != mark)
        {
            throw new JsonException($"Expecting '{(char)mark}' delimiter");
        }

        at++;
    }

    private void ExpectEnd()
    {
        if (Peek() != 0 || at < text.Length)
        {
            throw new JsonException("Extra data");
        }
    }
}
