using System.Globalization;
using ComfyFunc.Engine;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// Where a run's documents are: its id is the row, turned upside down, so that a whole table lists the newest first, and the part of it
/// that tells the second is the partition: one partition of an Azure table serves 2,000 rows a second, and Azurite looks through it row
/// by row.
/// </summary>
public static class RunKeys
{
    /// <summary>
    /// How many of an id's digits tell the second (of 1.024 s) in which it was made: of 48 bits of milliseconds, all but the last ten.
    /// </summary>
    public const int DigitsOfSecond = 8;

    // Every second sorts before the partitions of days.
    private const char BeforeDays = '0';

    public static string Partition(RunId run) => PartitionOf(Row(run));

    /// <summary>The partition of a second (of 1.024 s): every older one sorts after it.</summary>
    /// <remarks>As <see cref="DocumentQuery.PartitionFrom"/> it bounds a listing to that second and all before it.</remarks>
    public static string Partition(DateTimeOffset time) => PartitionOf(RowBefore(time));

    /// <summary>
    /// The partition of a UTC day, in which releases up to 0.9 kept its runs: 31 January 2026 is <c>79739868</c>, and every older day
    /// sorts after it.
    /// </summary>
    public static string Day(DateTimeOffset time)
    {
        var day = time.UtcDateTime;
        return (99999999 - ((day.Year * 10000) + (day.Month * 100) + day.Day)).ToString("D8", CultureInfo.InvariantCulture);
    }

    public static string Row(RunId run) => Invert(run.Value);

    /// <summary>The run whose row it is.</summary>
    public static RunId RunIn(string row) => new(Invert(row));

    /// <summary>What all rows of runs follow that are older than this run; a bound of a listing.</summary>
    public static string RowAfter(RunId run) => Row(run) + RunId.Digits[0];

    /// <summary>What all rows of runs follow that were made before a time, and no others; a bound of a listing.</summary>
    public static string RowBefore(DateTimeOffset time) => RowAfter(new(Ulid.NewUlid(time, stackalloc byte[10]).ToString()));

    public static DateTimeOffset CreatedAt(RunId run) => Ulid.Parse(run.Value).Time;

    private static string PartitionOf(string row) => BeforeDays + row[..DigitsOfSecond];

    private static string Invert(string digits) => string.Create(digits.Length, digits, static (inverted, given) =>
    {
        for (var i = 0; i < given.Length; i++)
        {
            var digit = RunId.Digits.IndexOf(given[i], StringComparison.Ordinal);
            if (digit < 0)
            {
                throw new ArgumentException($"'{given}' is no run id.");
            }

            inverted[i] = RunId.Digits[31 - digit];
        }
    });
}
