namespace ComfyFunc.Bench.Routing;

/// <summary>
/// One setting of the routing bench. Eight hosts execute one prompt at a time; execution times are exponential with a mean of six seconds.
/// </summary>
/// <param name="Models">Asked for by Zipf's law with exponent 1, a workflow each.</param>
/// <param name="Resident">Models that a host keeps.</param>
/// <param name="LoadSeconds">What loading a model takes.</param>
/// <param name="Utilisation">Of all hosts by execution alone: loads come on top.</param>
internal sealed record RoutingCase(int Models, int Resident, double LoadSeconds, double Utilisation)
{
    public const double MeanSeconds = 6;

    public int Hosts { get; init; } = 8;

    /// <summary>Processes that place runs, each with its own view of the pool.</summary>
    public int Dispatchers { get; init; } = 1;

    /// <summary>How old a dispatcher's view of what the others did may be.</summary>
    public double StaleSeconds { get; init; }

    /// <summary>The standard deviation of the logarithm by which observed times are off.</summary>
    public double Noise { get; init; }

    public int Runs { get; init; } = 6000;

    public int Seed { get; init; } = 1;
}

/// <summary>A call of the workload.</summary>
internal sealed record Arrival(int Number, double At, int Model, double Seconds, int Dispatcher);

/// <summary>What a policy made of a workload.</summary>
/// <param name="WarmHits">The share of runs that found their model loaded.</param>
/// <param name="Makespan">Until the last run ended, over the time in which runs arrived: far above 1, the queue grew without end.</param>
internal sealed record RoutingResult(string Policy, double P50, double P95, double P99, double WarmHits, double Makespan);

/// <summary>The same calls for every policy.</summary>
internal static class Workload
{
    public static Arrival[] Of(RoutingCase setting)
    {
        var random = new Random(setting.Seed);
        var weights = Enumerable.Range(1, setting.Models).Select(k => 1.0 / k).ToArray();
        var rate = setting.Utilisation * setting.Hosts / RoutingCase.MeanSeconds;
        var arrivals = new Arrival[setting.Runs];
        var at = 0.0;
        for (var i = 0; i < arrivals.Length; i++)
        {
            at += Exponential(random, 1 / rate);
            arrivals[i] = new(i, at, Pick(random, weights), Exponential(random, RoutingCase.MeanSeconds), random.Next(setting.Dispatchers));
        }

        return arrivals;
    }

    private static double Exponential(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());

    private static int Pick(Random random, double[] weights)
    {
        var left = random.NextDouble() * weights.Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left <= 0)
            {
                return i;
            }
        }

        return weights.Length - 1;
    }
}
