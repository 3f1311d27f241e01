namespace ComfyFunc;

/// <summary>Helps a caller who named what is not there: the nearest name, or all of them.</summary>
public static class Suggestion
{
    private const int MostListed = 20;

    public static string Among(string wrong, IEnumerable<string> known, string what)
    {
        var names = known.ToArray();
        return $"{Nearest(wrong, names)} {List(names, what)}".TrimStart();
    }

    /// <summary>A question to add to a sentence, with a space before it; empty when no name is near.</summary>
    public static string Nearest(string wrong, IEnumerable<string> known) => NearestOf(wrong, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    /// <returns><see langword="null"/> when no name is so near that it can have been meant.</returns>
    public static string? NearestOf(string wrong, IEnumerable<string> known)
    {
        var nearest = known.Select(n => (Name: n, Distance: Distance(n.ToUpperInvariant(), wrong.Trim().ToUpperInvariant()))).OrderBy(n => n.Distance).FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, nearest.Name.Length / 3) ? nearest.Name : null;
    }

    public static string List(IEnumerable<string> known, string what)
    {
        var names = known.ToArray();
        return names.Length == 0 ? $"It has no {what}."
            : $"Its {what}: {string.Join(", ", names.Take(MostListed))}{(names.Length > MostListed ? $" and {names.Length - MostListed} more" : "")}.";
    }

    // Levenshtein's distance over two rows.
    private static int Distance(string one, string other)
    {
        var before = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var row = new int[other.Length + 1];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], before[j]) + 1, before[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
            }

            before = row;
        }

        return before[other.Length];
    }
}
