namespace ComfyFunc.Engine;

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
    public static string Nearest(string wrong, IEnumerable<string> known) =>
        NearestOf(wrong, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    /// <returns><see langword="null"/> when no name is so near that it can have been meant.</returns>
    public static string? NearestOf(string wrong, IEnumerable<string> known)
    {
        var nearest = known.Select(n => (Name: n, Distance: Distance(n.ToUpperInvariant(), wrong.Trim().ToUpperInvariant())))
            .OrderBy(n => n.Distance).FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, nearest.Name.Length / 3) ? nearest.Name : null;
    }

    public static string List(IEnumerable<string> known, string what)
    {
        var names = known.ToArray();
        return names.Length == 0 ? $"It has no {what}."
            : $"Its {what}: {string.Join(", ", names.Take(MostListed))}"
                + $"{(names.Length > MostListed ? $" and {names.Length - MostListed} more" : "")}.";
    }

    // How many letters must be put in, left out, changed or swapped with their neighbour (optimal string alignment).
    private static int Distance(string one, string other)
    {
        var distances = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                distances[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1,
                        distances[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
                }
            }
        }

        return distances[one.Length, other.Length];
    }
}
