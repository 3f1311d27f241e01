using System.Buffers;
using System.Text;

namespace ComfyFunc.Server.Batches;

/// <summary>Writes a table as CSV (RFC 4180) that spreadsheets open without running any of it.</summary>
internal sealed class CsvTable
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    // What a spreadsheet takes for the beginning of a formula.
    private static readonly SearchValues<char> Formula = SearchValues.Create("=+-@\t\r");

    private readonly StringBuilder text = new();

    public void Add(IEnumerable<CsvCell> row)
    {
        text.AppendJoin(',', row.Select(Field)).Append("\r\n");
    }

    public override string ToString() => text.ToString();

    private static string Field(CsvCell cell)
    {
        var safe = cell.IsText && cell.Value is [var first, ..] && Formula.Contains(first) ? $"'{cell.Value}" : cell.Value;
        return safe.AsSpan().ContainsAny(Special) || safe is [' ', ..] or [.., ' ']
            ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}

/// <summary>One field of a table.</summary>
/// <param name="IsText">Whether it is a text that came from outside; else it was made here, as numbers are.</param>
internal readonly record struct CsvCell(string Value, bool IsText)
{
    public static CsvCell Empty { get; } = new("", IsText: false);

    public static CsvCell Text(string? value) => new(value ?? "", IsText: true);

    public static CsvCell Made(FormattableString value) => new(FormattableString.Invariant(value), IsText: false);
}
