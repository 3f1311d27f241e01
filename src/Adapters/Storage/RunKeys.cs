using System.Globalization;

namespace ComfyFunc.Storage;

/// <summary>Where a run's documents are: its day is the partition, and its id turned upside down is the row, so that the newest come first.</summary>
public static class RunKeys
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>The UTC day on which the run was created, such as <c>20260131</c>.</summary>
    public static string Partition(RunId run) => Partition(CreatedAt(run));

    public static string Partition(DateTimeOffset day) => day.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    public static string Row(RunId run) => Invert(run.Value);

    public static RunId RunOf(string row) => new(Invert(row));

    public static DateTimeOffset CreatedAt(RunId run) => Ulid.Parse(run.Value).Time;

    private static string Invert(string digits) => string.Create(digits.Length, digits, static (inverted, given) =>
    {
        for (var i = 0; i < given.Length; i++)
        {
            var digit = Alphabet.IndexOf(given[i], StringComparison.Ordinal);
            if (digit < 0) throw new FormatException($"'{given}' is no run id.");
            inverted[i] = Alphabet[31 - digit];
        }
    });
}
