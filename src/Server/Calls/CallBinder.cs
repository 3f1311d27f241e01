using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Calls;

/// <summary>Finds the version that a call is of, and sorts the caller's values to its nodes; neither stores nor fetches anything.</summary>
public sealed class CallBinder(WorkflowStore workflows, LiveWorkflows live, ComfyFuncOptions options)
{
    public async Task<BindReply> BindAsync(Call call, CancellationToken cancellationToken)
    {
        if (await workflows.FindAsync(call.Workflow, cancellationToken) is not { DeletedAt: null } row)
        {
            return Refuse(new(FaultCode.WorkflowNotFound, $"There is no workflow '{call.Workflow}'."));
        }

        if (WorkflowEndpoints.Pick(row, call.Version) is not { } picked)
        {
            return Refuse(
                new(FaultCode.WorkflowNotFound,
                    $"The workflow '{row.Name}' has no version {call.Version}; its latest is {row.Latest.Version}."));
        }

        var (workflow, catalog) = await live.OfAsync(picked, cancellationToken);
        switch (StrictJson.Parse(call.Body.Length == 0 ? "{}"u8.ToArray() : call.Body))
        {
            case StrictJson.Malformed malformed:
                return Refuse(malformed.Fault);
            case StrictJson.Parsed { Root: var root }:
                return Bind(call, row.Name, picked, workflow, catalog, root);
            default:
                throw new UnreachableException();
        }
    }

    private BindReply Bind(Call call, string name, WorkflowVersion version, Workflow workflow, string catalog, JsonElement body)
    {
        var extra = ExtraDataReader.Split(body, workflow.Contract);
        var metadata = MetadataReader.Split(extra.Rest, workflow.Contract);
        var (said, contradiction) = MetadataReader.Either(call.Metadata, metadata.Given);
        if ((extra.Fault ?? metadata.Fault ?? contradiction) is { } fault)
        {
            return Refuse(fault);
        }

        var (values, misplaced) = FormParts.Fill(metadata.Rest, call.Parts, workflow.Contract);
        return !misplaced.IsEmpty ? new BindReply.Refused(misplaced)
            : ValueBinder.Bind(workflow, values,
                new BindLimits { MaxFileBytes = options.MaxInputBytes, MaxBatch = options.MaxBatch }) switch
            {
                Binding.Invalid invalid => new BindReply.Refused(invalid.Faults),
                Binding.Valid valid =>
                    new BindReply.Bound(name, version, workflow, catalog, valid.Values, valid.Files)
                    {
                        ExtraData = extra.Given,
                        Metadata = said ?? call.CommonMetadata,
                        Body = values
                    },
                _ => throw new UnreachableException(),
            };
    }

    private static BindReply.Refused Refuse(Fault fault) => new([fault]);
}

/// <summary>Whether a call fits its workflow.</summary>
public abstract record BindReply
{
    private BindReply() { }

    /// <param name="Name">The workflow's name as it was saved.</param>
    /// <param name="Catalog">The hash of the catalog that the call was checked against.</param>
    public sealed record Bound(string Name, WorkflowVersion Version, Workflow Workflow, string Catalog, CallValues Values,
        ImmutableArray<CallFile> Files) : BindReply
    {
        /// <summary>What the body wants hosts given beside the prompt: a JSON object, secret.</summary>
        public string? ExtraData { get; init; }

        /// <summary>What is to be kept with the run: a JSON object.</summary>
        public JsonElement? Metadata { get; init; }

        /// <summary>What the body says of tags, and nothing else.</summary>
        public JsonElement Body { get; init; }
    }

    public sealed record Refused(ImmutableArray<Fault> Faults) : BindReply;
}
