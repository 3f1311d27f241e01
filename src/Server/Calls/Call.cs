using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Calls;

/// <summary>A call of a workflow as it came in: which one, the caller's values, and what it asks of the pool.</summary>
public sealed record Call(string Workflow)
{
    private const int HighestPriority = 100;
    private const int LongestDeadline = 24 * 60 * 60;
    private const int LargestVram = 10_000;

    /// <summary>The query parameters that <see cref="Read"/> reads.</summary>
    internal static ImmutableArray<QueryParameter> Query { get; } =
    [
        QueryParameters.Text(MetadataReader.Member, "A JSON object that is kept with the run and shown on it."),
        QueryParameters.Text("priority", Schemas.Integer("Higher goes first.").Within(-HighestPriority, HighestPriority)),
        new("label", Schemas.ListOf(Schemas.Text()), MayRepeat: true) { Description = "Only on hosts with this label: key:value." },
        QueryParameters.Text("minVramGb", Schemas.Number("Only on hosts with so much GPU memory.").Within(0, LargestVram)),
        QueryParameters.Text("startWithin", Schemas.Number("Seconds in which a slot must be found.").Within(1, LongestDeadline)),
        QueryParameters.Text("finishWithin", Schemas.Number("Seconds in which the run must end.").Within(1, LongestDeadline)),
    ];

    /// <summary><see langword="null"/> for the latest.</summary>
    public string? Version { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What came as parts of a form, beside the body.</summary>
    public ImmutableArray<FormPart> Parts { get; init; } = [];

    public int Priority { get; init; }

    public Demands Demands { get; init; } = Demands.None;

    /// <summary>The id that the run is to have, where it was promised before; else it gets a new one.</summary>
    public RunId? Run { get; init; }

    /// <summary>Whether an earlier result will do.</summary>
    public bool MayReuse { get; init; }

    /// <summary>What hosts are to be given beside the prompt, apart from what the body says: a JSON object, secret.</summary>
    public string? ExtraData { get; init; }

    /// <summary>The batch that makes it.</summary>
    public string? Batch { get; init; }

    public BatchPlace? Place { get; init; }

    /// <summary>The span that is the cause of it, where it comes of no request.</summary>
    public string? Cause { get; init; }

    /// <summary>Whose run it is to be.</summary>
    public string Client { get; init; } = "";

    /// <summary>Whether outputs of every client's runs may be its inputs, as administrators see them all.</summary>
    public bool SeesAll { get; init; }

    /// <summary>Where the caller reached this server: host, port and what comes before <c>/api</c>. Links to it are its own.</summary>
    public string Server { get; init; } = "";

    public CallWebhook? Webhook { get; init; }

    /// <summary>How long the run may wait for its first slot; <see langword="null"/> for the configured time.</summary>
    public TimeSpan? StartWithin { get; init; }

    /// <summary>How long the run may take from its acceptance to its end; <see langword="null"/> for the configured time.</summary>
    public TimeSpan? FinishWithin { get; init; }

    /// <summary>What the caller wants kept with the run, as far as the query says it: a JSON object.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>What a batch keeps with each of its runs whose call says nothing of its own.</summary>
    public JsonElement? CommonMetadata { get; init; }

    /// <summary>The call as one of whoever has sent the request.</summary>
    public Call SentBy(HttpRequest request) =>
        this with
        {
            Client = request.Caller().Client,
            SeesAll = request.Caller().Role is Role.Admin,
            Server = $"{request.Host}{request.PathBase}"
        };

    public bool Sees(RunRecord run) => SeesAll || run.Client == Client;

    /// <summary>
    /// Reads what the query says: <c>priority</c>, <c>label=key:value</c> (several), <c>minVramGb</c>, <c>startWithin</c> and
    /// <c>finishWithin</c> (seconds), <c>metadata</c>.
    /// </summary>
    public static Call Read(IQueryCollection query, string workflow, string? version, ReadOnlyMemory<byte> body) =>
        Parse(query).Asked with { Workflow = workflow, Version = version, Body = body };

    /// <summary>What is wrong with what <see cref="Read"/> reads.</summary>
    internal static ImmutableArray<Fault> FaultsOf(IQueryCollection query) => Parse(query).Faults;

    private static (Call Asked, ImmutableArray<Fault> Faults) Parse(IQueryCollection query)
    {
        var faults = ImmutableArray.CreateBuilder<Fault>();
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var label in query["label"])
        {
            if (label?.IndexOf(':', StringComparison.Ordinal) is int colon and > 0)
            {
                if (!labels.TryAdd(label[..colon], label[(colon + 1)..]) && labels[label[..colon]] != label[(colon + 1)..])
                {
                    faults.Add(new(FaultCode.InvalidRequest, $"No host has two values of the label '{label[..colon]}'.", "/label"));
                }
            }
            else
            {
                faults.Add(new(FaultCode.InvalidRequest, "A label is asked for as label=key:value.", "/label"));
            }
        }

        var priority = Whole(query, "priority", -HighestPriority, HighestPriority, faults);
        var gigabytes = Number(query, "minVramGb", 0, LargestVram, faults);
        var startWithin = Seconds(query, "startWithin", faults);
        var finishWithin = Seconds(query, "finishWithin", faults);
        var (metadata, unfit) = MetadataReader.Read(query[MetadataReader.Member].FirstOrDefault());
        if (unfit is not null)
        {
            faults.Add(unfit);
        }

        return (
            new("")
            {
                Metadata = metadata,
                StartWithin = startWithin,
                FinishWithin = finishWithin,
                Priority = priority,
                Demands = new() { Labels = labels.ToImmutable(), MinVramBytes = Demands.BytesOf(gigabytes) }
            },
            faults.ToImmutable());
    }

    // A call is never written down as it is; should it be, then without this.
    private bool PrintMembers(StringBuilder text) =>
        text.Append(CultureInfo.InvariantCulture, $"{nameof(Workflow)} = {Workflow}, {nameof(Version)} = {Version}").Length > 0;

    private static TimeSpan? Seconds(IQueryCollection query, string name, ImmutableArray<Fault>.Builder faults) =>
        query.ContainsKey(name) && Number(query, name, 1, LongestDeadline, faults) is var seconds and > 0
        ? TimeSpan.FromSeconds(seconds) : null;

    private static double Number(IQueryCollection query, string name, int least, int most, ImmutableArray<Fault>.Builder faults)
    {
        if (query[name].FirstOrDefault() is not { } text)
        {
            return 0;
        }

        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var number) && number >= least && number <= most)
        {
            return number;
        }

        faults.Add(new(FaultCode.InvalidRequest, $"{name} is a number from {least} to {most}.", $"/{name}"));
        return 0;
    }

    private static int Whole(IQueryCollection query, string name, int least, int most, ImmutableArray<Fault>.Builder faults)
    {
        if (query[name].FirstOrDefault() is not { } text)
        {
            return 0;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        faults.Add(new(FaultCode.InvalidRequest, $"{name} is a whole number from {least} to {most}.", $"/{name}"));
        return 0;
    }
}
