using ComfyFunc.Engine;
using ComfyFunc.Engine.Media;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Workflows;
using Microsoft.OpenApi;
using static ComfyFunc.Server.Http.Schemas;

namespace ComfyFunc.Server.Api.Description;

/// <summary>The schemas that every description has: runs, outputs, problems, workflows, hosts.</summary>
internal static class CommonSchemas
{
    private const string InputFile = "InputFile";
    private const string Fault = "RunError";
    private const string Attempt = "Attempt";
    private const string Progress = "Progress";

    public static void AddTo(OpenApiDocument document)
    {
        OpenApiSchemaReference To(string name) => new(name, document);

        document.AddComponent(SchemaNames.Problem, ProblemSchema());
        document.AddComponent(SchemaNames.Output, OutputSchema());
        document.AddComponent(SchemaNames.ExtraData,
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object | JsonSchemaType.Null,
                Description = "What hosts are given beside the prompt, such as keys of partner nodes. Stored sealed and never shown."
            });
        document.AddComponent(Fault, Record("Why a run did not succeed.", ["code", "message"],
            ("code", Text($"A fault code; it keeps its meaning for ever. {Codes}")),
            ("message", Text()),
            ("retryable", Boolean("Whether the same call may well succeed later.")),
            ("node", Record("The node that is to blame.", ["id"], ("id", Text()), ("class", Text()), ("tag", Text())))));
        document.AddComponent(Progress, Record("How far a run is.", ["value"],
            ("value", Number("0 to 1.").Within(0, 1)),
            ("nodesDone", Integer()), ("nodesTotal", Integer()),
            ("node", Text("The node that executes.")),
            ("step", Integer()), ("steps", Integer())));
        document.AddComponent(Attempt, Record("One placement on a host.", ["number", "host", "startedAt"],
            ("number", Integer()), ("host", Text()), ("startedAt", Time()), ("endedAt", Time()), ("ended", Text("How it ended."))));
        document.AddComponent(SchemaNames.RunBase, RunBaseSchema(document));
        document.AddComponent(SchemaNames.Run, RunSchema(document, MapOf(ListOf(To(SchemaNames.Output)), "By tag.")));
        document.AddComponent(SchemaNames.RunList,
            Record("A page of runs, newest first.", ["runs"], ("runs", ListOf(To(SchemaNames.Run))), ("continuation", Continuation())));
        document.AddComponent(SchemaNames.Explanation, ExplanationSchema());
        document.AddComponent(SchemaNames.OutputsByTag, MapOf(ListOf(Text()), "By tag: links, texts, or files as base64."));
        document.AddComponent(SchemaNames.DurableStatus,
            Record("The status document of Durable Functions' HTTP API, with what Azure's pollers look for.",
                ["name", "instanceId", "runtimeStatus", "createdTime", "lastUpdatedTime", "id", "status", "resourceLocation"],
            ("name", Text("The workflow.")), ("instanceId", Text("The run's id.")),
            ("runtimeStatus", Schemas.OneOf(null, "Pending", "Running", "Completed", "Canceled", "Failed")),
            ("customStatus", Record(null, [], ("status", RunResource.StatusSchema()))),
            ("output", Optional(To(SchemaNames.Run))), ("createdTime", Time()), ("lastUpdatedTime", Time()),
            ("id", Text("The run's id.")),
            ("status", Schemas.OneOf("An expired run is Failed.", "NotStarted", "Running", "Succeeded", "Failed", "Canceled")),
            ("error", To(Fault)), ("resourceLocation", Link("The run."))));
        document.AddComponent(SchemaNames.Workflow, WorkflowSchema(document));
        document.AddComponent(SchemaNames.WorkflowList, Record("A page of workflows, by name.", ["workflows"],
            ("workflows",
                ListOf(Record(null, ["name", "version"], ("name", Text()), ("version", Integer()), ("etag", Text()), ("updatedAt", Time()),
                    ("links", Links())))),
            ("continuation", Continuation())));
        document.AddComponent(SchemaNames.VersionList, Record("A workflow's versions, newest first.", ["name", "versions"],
            ("name", Text()),
            ("versions", ListOf(
                Record(null, ["version"], ("version", Integer()), ("etag", Text()), ("createdAt", Time()), ("links", Links()))))));
        document.AddComponent(SchemaNames.HostSettings, Record("What a host is registered with.", ["url"], HostSettings()));
        document.AddComponent(SchemaNames.HostHeartbeat, Record("What a host says of itself; what follows pack needs it.", ["url"],
            [.. HostSettings(), ("pack", Record("The ComfyUI pack there.", ["version"], ("version", Text()))),
                ("queue", Record("Prompts there, whoever sent them.", [], ("running", Integer()), ("pending", Integer()))),
                ("vram", Record("Bytes of GPU memory.", [], ("total", Integer(null, "int64")), ("free", Integer(null, "int64")))),
                ("catalogHash", Text("Changes when its node classes or models do.")),
                ("models", MapOf(Integer(), "Files of models by folder."))]));
        document.AddComponent(SchemaNames.HostEvents, Record("What has happened on a host.", ["events"],
            ("events", ListOf(Record(null, ["type"], ("id", Text()), ("type", Schemas.OneOf(null, "ended", "leaving")),
                ("promptId", Text("Of what has ended and is in the history.")), ("status", Text()), ("at", Time()))))));
        document.AddComponent(SchemaNames.Host, HostSchema(document));
        document.AddComponent(SchemaNames.HostList, Record(null, ["hosts"], ("hosts", ListOf(To(SchemaNames.Host)))));
        document.AddComponent(SchemaNames.WebhookSettings,
            Record("What a webhook is registered with.", ["url"], ("url", Link()),
                ("events", ListOf(EventSchema(), "The ends of runs unless told.")), ("workflow", Text("Only runs of this one."))));
        document.AddComponent(SchemaNames.WebhookEvent,
            Record("What a webhook is sent. Read the run for more.", ["type", "timestamp", "data"],
            ("type", EventSchema()), ("timestamp", Time()),
            ("data", Record(null, ["id", "workflow", "version", "status"], ("id", Text("The run.")), ("workflow", Text()),
                ("version", Integer()), ("status", RunResource.StatusSchema()), ("metadata", Values("What the caller attached.")),
                ("links", Links())))));
        document.AddComponent(SchemaNames.KeySettings,
            Record("Whom a key is for.", ["client"], ("client", Text("Whose runs these will be.")), ("role", RoleSchema()),
                ("workflows", Optional(ListOf(Text(), "Names or patterns such as shop-*; all unless told."))),
                ("hosts", Optional(ListOf(Text(), "Those that it may speak for; all unless told.")))));
        document.AddComponent(SchemaNames.Upload, Record("Where a file is to be sent.", ["ref", "method", "url"],
            ("ref", Text("Stands for the file in calls.")), ("method", Text()),
            ("url", Link("Takes the file until urlExpiresAt, and shows nothing.")),
            ("headers", MapOf(Text(), "To be sent with it.")), ("urlExpiresAt", Time()), ("maxBytes", Integer(null, "int64"))));
        document.AddComponent(SchemaNames.BatchInputs, Record("Either inputs, or matrix and perhaps input.", [],
            ("inputs", ListOf(new OpenApiSchema { Type = JsonSchemaType.Object }, "The body of a call each; 1,000 at most.")),
            ("matrix", MapOf(MapOf(ListOf(new OpenApiSchema())), "{tag: {input: [values]}}: a run of every combination.")),
            ("input", new OpenApiSchema { Type = JsonSchemaType.Object, Description = "What the combinations share." }),
            ("metadata", Values("Kept with each run, unless its own call has one.")),
            ("extra_data", To(SchemaNames.ExtraData))));
        document.AddComponent(SchemaNames.Batch,
            Record("Many runs of one workflow version.", ["id", "workflow", "version", "status", "total", "runs", "links"],
            ("id", Text()), ("workflow", Text()), ("version", Integer()),
            ("status", Schemas.OneOf(null, "running", "completed", "canceling", "canceled")),
            ("createdAt", Time()), ("total", Integer()), ("progress", Number("0 to 1.").Within(0, 1)),
            ("runs", MapOf(Integer(), "How many, by status.")),
            ("client", Text("Shown to administrators: whose batch it is.")), ("metadata", Values("What the caller attached.")),
            ("refused", ListOf(Record("A call that made no run.", ["index"], ("index", Integer("Among the inputs, from 0.")),
                ("errors", ListOf(Record(null, ["detail"], ("code", Text()), ("pointer", Optional(Text())), ("detail", Text()))))))),
            ("links", Links())));
        document.AddComponent(SchemaNames.BatchList,
            Record("A page of batches, newest first.", ["batches"], ("batches", ListOf(To(SchemaNames.Batch))),
                ("continuation", Continuation())));
        document.AddComponent(SchemaNames.AliasTarget,
            Record(null, ["version"],
                ("version", new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer | JsonSchemaType.String,
                    Description = "A version, or another alias whose version it takes."
                })));
        document.AddComponent(SchemaNames.Alias,
            Record("A name of a version.", ["name", "alias", "version"], ("name", Text("The workflow.")), ("alias", Text()),
                ("version", Integer()), ("differences", ListOf(DifferenceSchema())), ("links", Links())));
        document.AddComponent(SchemaNames.StoppedRun,
            Record("What somebody is told who may only cancel.", ["id", "status"], ("id", Text("The run.")),
                ("status", RunResource.StatusSchema())));
        document.AddComponent(SchemaNames.Health, Record(null, ["status", "version"], ("status", Text()), ("version", Text())));
        document.AddComponent(SchemaNames.Readiness, Record("Whether calls can be taken.", ["status"],
            ("status", Schemas.OneOf(null, "ready", "notReady")), ("storage", Boolean("Whether it serves.")),
            ("reason", Text("Why it does not.")),
            ("hosts", Record(null, [], ("ready", Integer()), ("total", Integer()))), ("waitingRuns", Integer()),
            ("details", new OpenApiSchema { Type = JsonSchemaType.Object, Description = "What each process of the service is up to." })));
    }

    /// <summary>A run whose outputs have the given schema.</summary>
    public static OpenApiSchema RunSchema(OpenApiDocument document, IOpenApiSchema outputs) =>
        new() { AllOf = [new OpenApiSchemaReference(SchemaNames.RunBase, document), Record(null, ["outputs"], ("outputs", outputs))] };

    private static OpenApiSchema RunBaseSchema(OpenApiDocument document) => Record(
        "One execution of a workflow version, but for its outputs.",
        ["id", "workflow", "version", "status", "createdAt", "links"],
        ("id", Text()), ("workflow", Text()), ("version", Integer()), ("status", RunResource.StatusSchema()),
        ("createdAt", Time()), ("startedAt", Time()), ("completedAt", Time()),
        ("startBy", Time("It expires if it has found no slot by then.")), ("finishBy", Time("It fails if it has not ended by then.")),
        ("expiresAt", Time("When it is deleted with its files.")),
        ("client", Text("Shown to administrators: whose run it is.")),
        ("batch", Record("Where it stands in the batch that made it.", ["id"], ("id", Text()),
            ("index", Integer("Among the batch's calls, from 0.")),
            ("cell", Values("Its values of what varies within the batch, by tag.")))), ("retryOf", Text("The run that this one repeats.")),
        ("gpuWorkBegun", Boolean("Of a canceled run: whether a GPU had begun to work for it.")),
        ("queuePosition", Integer("How many runs wait before it.")),
        ("progress", new OpenApiSchemaReference(Progress, document)),
        ("host", Text("Where it is, or was last.")), ("attempt", Integer()),
        ("attempts", ListOf(new OpenApiSchemaReference(Attempt, document))),
        ("inputs", Values("What it was called with, by tag: files as references, long texts cut.")),
        ("inputsCut", Boolean("Whether there was more.")),
        ("seeds", ListOf(
            Record(null, ["node", "input", "value"], ("node", Text()), ("input", Text()),
                ("value", Integer("Beyond an int64 only where the saved workflow or the caller says so.", "int64")), ("tag", Text()),
                ("origin", OneOf("Drawn for the run, as saved, or given by the caller.", "drawn", "saved", "given"))), "Its seeds.")),
        ("cached", Boolean("Whether ComfyUI reused an earlier result.")),
        ("error", new OpenApiSchemaReference(Fault, document)),
        ("metrics", Record("Milliseconds; the others add up to totalMs.", [],
            [.. RunTimes.Names.Select(n => (n, (IOpenApiSchema)Integer(null, "int64")))])),
        ("metadata", new OpenApiSchema { Description = "What the caller attached." }),
        ("links", Links()),
        ("statusQueryGetUri", Link("While it runs: the status URL.")), ("terminatePostUri", Link("While it runs: cancels it.")));

    private static OpenApiSchema Values(string description) => new() { Type = JsonSchemaType.Object, Description = description };

    private static OpenApiSchema OutputSchema() => Record("A result: a file behind a link, or text.", ["type"],
        ("type", Schemas.OneOf(null, MediaKind.OfOutputs)),
        ("text", Text("Instead of a file.")),
        ("name", Text()), ("contentType", Text()), ("bytes", Integer(null, "int64")), ("width", Integer("Pixels.")),
        ("height", Integer("Pixels.")), ("sha256", Text("Hexadecimal.")),
        ("url", Link("Reads this one file until urlExpiresAt; each read of the run mints a new one.")), ("urlExpiresAt", Time()),
        ("base64", Text("With output=base64, instead of url.", "byte")),
        ("thumbnailUrl", Link("Of images: sends to a small one. Where calls need keys it is signed, and good as long as url is.")),
        ("asWanted", Boolean("Where a rendition was asked for: whether this is it, or the file as it is.")));

    /// <summary>A file in a call's body. It is in the document only where a workflow takes one.</summary>
    public static OpenApiSchemaReference ToInputFile(OpenApiDocument document)
    {
        if (document.Components?.Schemas?.ContainsKey(InputFile) is not true)
        {
            document.AddComponent(InputFile, InputFileSchema());
        }

        return new(InputFile, document);
    }

    private static OpenApiSchema InputFileSchema()
    {
        var schema = Record("A file to use in a run, by url or by content.", [],
            ("type", Schemas.OneOf(null, "file")), ("name", Text()),
            ("url", Text("http, https, data, or the ref of an upload.")), ("content", Text("The bytes as base64.")));
        schema.AdditionalPropertiesAllowed = false;
        return schema;
    }

    // No enum: a client made from this document is to take the codes of later releases too.
    private static string Codes => $"These are known: {string.Join(", ", FaultCode.All)}.";

    private static OpenApiSchema ProblemSchema() => Record("RFC 9457.", ["type", "title", "status", "code"],
        ("type", Text()), ("title", Text()), ("status", Integer()), ("detail", Text()),
        ("code", Text($"What went wrong, for programs; it keeps its meaning for ever. {Codes}")),
        ("retryable", Boolean("Whether the same request may well succeed later.")),
        ("traceId", Text("Finds the request in the server's log.")),
        ("errors", ListOf(Record(null, ["pointer", "detail"], ("pointer", Text("RFC 6901, into the body that was sent.")),
            ("detail", Text())), "Every fault and where it is.")));

    private static OpenApiSchema ExplanationSchema() => Record("What a call would do.", ["valid"],
        ("valid", Boolean()),
        ("errors", ListOf(Record(null, ["detail"], ("code", Text()), ("pointer", Optional(Text())), ("detail", Text())))),
        ("workflow", Text()), ("version", Integer()),
        ("warnings", ListOf(WarningSchema())),
        ("changes", ListOf(Record("One input that the call sets.", ["node", "input"],
            ("node", Text()), ("class", Text()), ("tag", Optional(Text())), ("input", Text()), ("from", new OpenApiSchema()),
            ("to", new OpenApiSchema()), ("files", Integer("How many the call brings for it."))))),
        ("bypassed", ListOf(Text())),
        ("seedsToDraw", ListOf(Record(null, ["node", "input"], ("node", Text()), ("input", Text())))),
        ("hosts", ListOf(Record(null, ["id", "capable"], ("id", Text()), ("capable", Boolean()), ("reason", Text("What it lacks."))))));

    private static OpenApiSchema WorkflowSchema(OpenApiDocument document) => Record("A saved workflow and its contract.", ["name", "version", "contract"],
        ("name", Text()), ("version", Integer()), ("etag", Text()), ("createdAt", Time()),
        ("contract", Record("What callers may set and what they get.", ["tags", "outputs"],
            ("tags", ListOf(new OpenApiSchema { Type = JsonSchemaType.Object })),
            ("outputs", ListOf(new OpenApiSchema { Type = JsonSchemaType.Object })))),
        ("requires", Optional(Record(null, [], ("labels", MapOf(Text())), ("minVramGb", Number())))),
        ("settings", Optional(
            Record(null, [], ("startWithin", Optional(Number("Seconds."))), ("finishWithin", Optional(Number("Seconds."))),
                ("stripMetadata", Boolean()),
                ("hiddenSeeds", OneOf("What becomes of seeds that no tag exposes.", "auto", "saved", "random"))))),
        ("aliases", MapOf(Integer(), "Which version each alias names.")),
        ("differences", ListOf(DifferenceSchema())),
        ("warnings", ListOf(WarningSchema())),
        ("prompt", new OpenApiSchema { Description = "With include=prompt." }),
        ("graph", new OpenApiSchema { Description = "With include=graph." }),
        ("saved", Boolean("Whether it is saved now: not with validateOnly.")),
        ("conversion", ViewSchemas.In(document, typeof(ConversionView))),
        ("hosts", ListOf(ViewSchemas.In(document, typeof(RunnableHost)))),
        ("links", Links()));

    private static (string Name, IOpenApiSchema Schema)[] HostSettings() =>
    [
        ("url", Link("Where its ComfyUI answers.")),
        ("slots", Integer("Prompts that may be there at once; 2 unless told.").Within(1, 64)),
        ("headers", MapOf(Text(), "What it wants with every request; never shown again.")),
        ("labels", MapOf(Text(), "What calls may ask for.")),
        ("warmUp", Text("The workflow that it runs before it takes calls.")),
        ("sync", Boolean("Whether published workflows are put into its editor's list; true unless told.")),
    ];

    private static OpenApiSchema HostSchema(OpenApiDocument document) => Record("A ComfyUI server of the pool.", ["id", "url", "state", "slots"],
        ("id", Text()), ("url", Link()), ("state", Schemas.OneOf(null, Enum.GetValues<HostStatus>().Select(HostEndpoints.NameOf))),
        ("reason", Optional(Text("Why it is in this state."))),
        ("retryAt", Optional(Time())), ("warmUp", Optional(Text())), ("slots", Integer()), ("freeSlots", Integer()),
        ("labels", MapOf(Text())),
        ("leases", ListOf(new OpenApiSchema { Type = JsonSchemaType.Object })),
        ("queue", Record("Prompts there.", [], ("running", Integer()), ("pending", Integer()),
            ("foreign", Integer("Of others than this pool.")))), ("backlogSeconds", Number()),
        ("models", ListOf(Text())), ("modelSets", Integer()), ("times", new OpenApiSchema { Type = JsonSchemaType.Object }),
        ("failures", MapOf(Integer())),
        ("headers", ListOf(Text(), "The names of those that it is sent.")), ("maxUploadBytes", Optional(Integer(null, "int64"))),
        ("vramBytes", Optional(Integer(null, "int64"))), ("comfyVersion", Optional(Text())), ("catalogHash", Optional(Text())),
        ("registeredAt", Time()), ("lastSeenAt", Optional(Time())), ("heartbeatAt", Optional(Time())),
        ("pack", Optional(new OpenApiSchema { Type = JsonSchemaType.Object, Description = "What the ComfyUI pack there said last." })),
        ("sync", ViewSchemas.In(document, typeof(HostSyncView))));

    private static OpenApiSchema Optional(OpenApiSchema schema)
    {
        schema.Type |= JsonSchemaType.Null;
        return schema;
    }

    private static OpenApiSchema Optional(OpenApiSchemaReference schema) =>
        new() { OneOf = [schema, new OpenApiSchema { Type = JsonSchemaType.Null }] };

    private static OpenApiSchema RoleSchema() => Schemas.OneOf("What it may do.", "host", "run", "author", "admin");

    private static OpenApiSchema DifferenceSchema() =>
        Record("One difference to the version before.", ["kind", "detail", "isBreaking"], ("kind", Text()), ("detail", Text()),
            ("isBreaking", Boolean()), ("pointer", Text()));

    private static OpenApiSchema WarningSchema() =>
        Record("What the author should know of.", ["code", "detail"], ("code", Text()), ("detail", Text()), ("pointer", Text()));

    private static OpenApiSchema EventSchema() => Schemas.OneOf(null, WebhookEvents.All);

    private static OpenApiSchema Continuation() => Optional(Text("Send it back for the next page."));

    private static OpenApiSchema Links() => MapOf(Text(), "Paths on this server.");
}
