namespace ComfyFunc.Bench;

/// <summary>Quantiles of measured times.</summary>
internal static class Numbers
{
    public static double Quantile(this IEnumerable<double> values, double q)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(q * sorted.Length))];
    }
}
