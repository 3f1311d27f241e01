using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using Microsoft.OpenApi;
using static ComfyFunc.Server.Api.Description.Schemas;

namespace ComfyFunc.Server.Api.Description;

/// <summary>The OpenAPI 3.1 document: the API's fixed operations, and one typed operation per workflow.</summary>
public sealed class ApiDescription
{
    private const string Saved = "Saved workflows";
    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";

    private static readonly string[] EveryOperation = ["400", "401", "403", "421", "503", "default"];

    private static readonly string[] ProblemStatuses = [.. EveryOperation, "404", "409", "412", "413", "415", "422", "429"];

    private readonly OpenApiDocument document;
    private readonly WorkflowDescription? first;

    /// <param name="first">The workflow that examples of any workflow's operations call.</param>
    private ApiDescription(string title, string server, WorkflowDescription? first)
    {
        this.first = first;
        document = new()
        {
            Info = new()
            {
                Title = title,
                Version = Product.Version,
                Description = "Saved ComfyUI workflows as HTTP endpoints.",
                License = new() { Name = "MIT", Identifier = "MIT" }
            },
            Servers = [new() { Url = server }],
            Paths = [],
            Components = new(),
            Tags = new HashSet<OpenApiTag>
            {
                new() { Name = Saved,
                    Description =
                        "A call for every saved workflow, with its types. As multipart/form-data: the JSON in a part 'input', files in "
                            + "parts named tag.input." },
                new() { Name = "Runs", Description = "Calls of any workflow, and what follows them." },
                new() { Name = "Workflows", Description = "What can be called: saved, listed, shown." },
                new() { Name = "Webhooks", Description = "Who is told of runs." },
                new() { Name = "Hosts", Description = "The ComfyUI servers that run them." },
                new() { Name = "Service", Description = "Keys, usage, health and this document." },
            },
        };
        CommonSchemas.AddTo(document);
        AddSharedParts();
        document.AddComponent<IOpenApiSecurityScheme>("functionKey", new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "x-functions-key",
            Description = "On Azure: a key of the function app. It may also be the query's code.",
        });
        document.AddComponent<IOpenApiSecurityScheme>("apiKey",
            new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A caller's key, where callers are told apart. X-Api-Key takes it too."
            });
        document.Security = [[], new() { [new("apiKey", document)] = [] }, new() { [new("functionKey", document)] = [] }];
    }

    /// <summary>The whole API.</summary>
    public static OpenApiDocument Of(ImmutableArray<WorkflowDescription> workflows, string server)
    {
        var description = new ApiDescription("ComfyFunc", server, workflows.FirstOrDefault());
        description.AddWorkflowOperations();
        description.AddRunOperations();
        description.AddHostOperations();
        description.AddWebhookOperations();
        description.AddServiceOperations();
        foreach (var workflow in workflows)
        {
            description.AddCall(workflow, Paths.Workflow(workflow.Name));
        }

        return description.document;
    }

    /// <summary>One workflow, and what is needed to follow its runs.</summary>
    public static OpenApiDocument Of(WorkflowDescription workflow, string server)
    {
        var description = new ApiDescription(workflow.Name, server, workflow);
        description.AddCall(workflow, Paths.Workflow(workflow.Name));
        description.AddRunOperations();
        return description.document;
    }

    private void AddWorkflowOperations()
    {
        Add("GET", Routes.Workflows, "ListWorkflows", "Workflows", "Lists workflows by name.", Page(),
            Answers(("200", "A page.", CommonSchemas.WorkflowList)), Problems("400"));
        Add("PUT", Routes.Workflow, "SaveWorkflow", "Workflows", "Saves a workflow, or a new version of it.",
            [InPath("name"), InHeader("If-Match", "Only if this is the latest version's ETag."),
                InHeader("If-None-Match", "* saves only a new workflow."),
                InQuery("breaking", Schemas.OneOf("refuse: not if callers of the latest version would break.", "allow", "refuse"))],
            Answers(("200", "A new or an unchanged version.", CommonSchemas.Workflow), ("201", "A new workflow.", CommonSchemas.Workflow)),
            Problems("400", "409", "412", "413", "422"),
            AnyBody("A prompt as ComfyUI exports it (API format).", example: Examples.Prompt));
        Add("GET", Routes.Workflow, "GetWorkflow", "Workflows", "Shows the latest version's contract.", [InPath("name"), Include()],
            Answers(("200", "The workflow.", CommonSchemas.Workflow), NotModified), Problems("404"));
        Add("DELETE", Routes.Workflow, "DeleteWorkflow", "Workflows", "Deletes a workflow; its runs go on to their ends.",
            [InPath("name"), InHeader("If-Match", "Only if this is the latest version's ETag.")], Answers(("204", "Deleted.", null)),
            Problems("404", "412"));
        Add("POST", Routes.Workflow, "RunWorkflow", "Runs", "Runs the latest version of a workflow.",
            [NameOfFirst(), .. AnyCallParameters()], StartedOrExplained(), CallProblems(),
            AnyBody("Values by tag.", isRequired: false, ExampleOfFirst()));
        Add("POST", Routes.WorkflowBatches, "RunBatch", "Runs",
            "Runs the latest version many times: a list of inputs, or a matrix to sweep.", [NameOfFirst(), .. BatchParameters()],
            Answers(("202", "The batch.", CommonSchemas.Batch)), CallProblems(),
            Body(CommonSchemas.BatchInputs, new JsonObject { ["inputs"] = new JsonArray(ExampleOfFirst(), ExampleOfFirst()) }));
        Add("POST", Routes.VersionBatches, "RunVersionBatch", "Runs", "The same for one version, or the one that an alias names.",
            [NameOfFirst(), VersionOfFirst(), .. BatchParameters()], Answers(("202", "The batch.", CommonSchemas.Batch)), CallProblems(),
            Body(CommonSchemas.BatchInputs, new JsonObject { ["inputs"] = new JsonArray(ExampleOfFirst(), ExampleOfFirst()) }));
        Add("GET", Routes.Versions, "ListVersions", "Workflows", "Lists a workflow's versions.", [InPath("name")],
            Answers(("200", "Newest first.", CommonSchemas.VersionList)), Problems("404"));
        Add("GET", Routes.Version, "GetVersion", "Workflows", "Shows a version's contract.", [InPath("name"), InPath("version"), Include()],
            Answers(("200", "The version.", CommonSchemas.Workflow), NotModified), Problems("404"));
        Add("POST", Routes.Version, "RunWorkflowVersion", "Runs", "Runs a version of a workflow.",
            [NameOfFirst(), VersionOfFirst(), .. AnyCallParameters()], StartedOrExplained(), CallProblems(),
            AnyBody("Values by tag.", isRequired: false, ExampleOfFirst()));
        var refuse = InQuery("breaking", Schemas.OneOf("refuse: not if callers of the alias would break.", "allow", "refuse"));
        Add("PUT", Routes.Alias, "PutAlias", "Workflows",
            "Lets an alias, such as production, name a version; call it as versions/production.", [NameOfFirst(), InPath("alias"), refuse],
            Answers(("200", "It was known.", CommonSchemas.Alias), ("201", "It is new.", CommonSchemas.Alias)),
            Problems("400", "404", "409"), Body(CommonSchemas.AliasTarget, Examples.AliasTarget));
        Add("DELETE", Routes.Alias, "DeleteAlias", "Workflows", "Takes an alias away.", [InPath("name"), InPath("alias")],
            Answers(("204", "Gone.", null)), Problems("404"));
        Add("POST", Routes.AliasRollback, "RollbackAlias", "Workflows", "Lets an alias name again what it named before.",
            [InPath("name"), InPath("alias"), refuse], Answers(("200", "The alias.", CommonSchemas.Alias)), Problems("404", "409"));
        Add("GET", Routes.WorkflowOpenApi, "DescribeWorkflow", "Service", "This document for one workflow.", [InPath("name")],
            Document(), Problems("404"));
    }

    private void AddRunOperations()
    {
        Add("GET", Routes.Runs, "ListRuns", "Runs",
            "Lists runs, newest first. metadata.{key}=value asks for those whose metadata has this member.",
            [
                InQuery("workflow", Text()), InQuery("status", CommonSchemas.StatusSchema()), InQuery("batch", Text()),
                InQuery("client", Text("Administrators: of this one.")),
                InQuery("createdAfter", Text("A time by RFC 3339, or a day: calls that came then or later.")),
                InQuery("createdBefore", Text("A time by RFC 3339, or a day: calls that came earlier.")),
                InQuery("include", Schemas.OneOf("inputs shows what each was called with.", "inputs")), .. Page(),
            ],
            Answers(("200", "A page; it may be short while there is a continuation.", CommonSchemas.RunList)), Problems("400"));
        Add("GET", Routes.Run, "GetRun", "Runs", "Shows a run.",
            [InPath("id"), InHeader("Prefer", "wait=n holds the answer back until the run has ended, 220 s at most."), OutputForm(),
                .. RenditionParameters()], Answers(("200", "The run.", CommonSchemas.Run)), Problems("404"));
        Add("DELETE", Routes.Run, "DeleteRun", "Runs", "Deletes an ended run with its files.", [InPath("id")],
            Answers(("204", "Deleted.", null)), Problems("404", "409"));
        Add("GET", Routes.RunStatus, "GetRunStatus", "Runs", "The run's status as Durable's HTTP API shows it.", [InPath("id")],
            Answers(("200", "It has ended.", CommonSchemas.DurableStatus),
                ("202", "It runs; ask again after Retry-After.", CommonSchemas.DurableStatus)), Problems("404"));
        Add("GET", Routes.RunEvents, "FollowRun", "Runs", "The run's events as they happen, as Server-Sent Events.",
            [InPath("id"), InHeader("Last-Event-ID", "Goes on after this event."),
                InQuery("previews", Boolean("true sends pictures of work in progress too: contentType and base64."))],
                new()
                {
                    ["200"] = Events(),
                    ["204"] = new OpenApiResponse { Description = "The run has ended, and Last-Event-ID was its last event." }
                },
                    Problems("400", "404"));
        Add("GET", Routes.RunLink, "GetRunByLink", "Runs", "The run, by the resourceLocation of its status: it needs no key.",
            [InPath("id"), LinkSignature()], Answers(("200", "The run.", CommonSchemas.Run)), Problems("404"), isOpen: true);
        Add("GET", Routes.RunStatusLink, "GetRunStatusByLink", "Runs",
            "The same by the link that a call was answered with: it needs no key.", [InPath("id"), LinkSignature()],
            Answers(("200", "It has ended.", CommonSchemas.DurableStatus),
                ("202", "It runs; ask again after Retry-After.", CommonSchemas.DurableStatus)), Problems("404"), isOpen: true);
        Add("POST", Routes.RunCancelLink, "CancelRunByLink", "Runs",
            "Cancels a run by the link that a call was answered with: it needs no key, and tells no more than the run's status.",
            [InPath("id"), LinkSignature()],
            Answers(("200", "It has ended.", CommonSchemas.StoppedRun), ("202", "It is being stopped.", CommonSchemas.StoppedRun)),
            Problems("404"), isOpen: true);
        Add("POST", Routes.RunCancel, "CancelRun", "Runs", "Cancels a run.",
            [InPath("id"), InHeader("Prefer", "wait=n waits for the end.")],
            Answers(("200", "It has ended.", CommonSchemas.Run), ("202", "It is being stopped.", CommonSchemas.Run)), Problems("404"));
        Add("POST", Routes.RunRetry, "RetryRun", "Runs", "Makes an ended run's call once more, as a run of its own.",
            [InPath("id"), InHeader("Prefer", "wait=n waits for the end.")], Accepted(), Problems("404", "409"));
        Add("GET", Routes.Batches, "ListBatches", "Runs", "Lists batches, newest first, without the calls that were refused.",
            [InQuery("workflow", Text()), InQuery("status", Schemas.OneOf(null, Batches.BatchStanding.Statuses)),
                InQuery("client", Text("Administrators: of this one.")), .. Page()],
            Answers(("200", "A page; it may be short while there is a continuation.", CommonSchemas.BatchList)), Problems("400"));
        Add("GET", Routes.BatchTable, "GetBatchTable", "Runs",
            "A batch as CSV: a row for each call, with what varied, seeds, status, times and links.", [InPath("id")],
            new() { ["200"] = new OpenApiResponse { Description = "The table.", Content = Content("text/csv", Text()) } }, Problems("404"));
        Add("GET", Routes.BatchOutputs, "GetBatchOutputs", "Runs",
            "All outputs of a batch that has ended in one file, a folder for each run.",
            [InPath("id"), Required(InQuery("bundle", Schemas.OneOf(null, "zip"))), .. RenditionParameters()],
            new() { ["302"] = new OpenApiResponse { Description = "The file is at Location." } }, Problems("400", "404", "409"));
        Add("GET", Routes.Batch, "GetBatch", "Runs", "How far a batch is; its runs are at /api/runs?batch=.", [InPath("id")],
            Answers(("200", "The batch.", CommonSchemas.Batch)), Problems("404"));
        Add("POST", Routes.BatchCancel, "CancelBatch", "Runs", "Makes no more runs, and cancels those that are open.", [InPath("id")],
            Answers(("200", "It had ended.", CommonSchemas.Batch), ("202", "The batch.", CommonSchemas.Batch)), Problems("404"));
        Add("POST", Routes.Uploads, "CreateUpload", "Runs", "Names a file to come: PUT it to the url, then use the ref in calls.", [],
            Answers(("201", "Where to send it.", CommonSchemas.Upload)), Problems());
        Add("GET", Routes.RunDeliveries, "ListDeliveries", "Runs", "Who was told of the run, and what they answered.", [InPath("id")],
            Answers(("200", "The deliveries.", CommonSchemas.DeliveryList)), Problems("404"));
        Add("GET", Routes.RunOutputs, "GetRunOutputs", "Runs", "A run's outputs by tag, or all in one file.",
            [InPath("id"), InQuery("bundle", Schemas.OneOf("zip sends to one file with all outputs, a folder for each tag.", "zip")),
                OutputForm(), .. RenditionParameters()], new()
                {
                    ["200"] = new OpenApiResponse
                    {
                        Description = "By tag.",
                        Content = Content(Json, MapOf(ListOf(new OpenApiSchemaReference(CommonSchemas.Output, document)), "By tag."))
                    },
                    ["302"] = new OpenApiResponse { Description = "The file is at Location." },
                }, Problems("400", "404", "409"));
        Add("GET", Routes.RunOutput, "GetRunOutput", "Runs", "Sends to a fresh download link.",
            [InPath("id"), InPath("tag"), InPath("n", Integer("Counts from 0.").Within(0, null)), .. RenditionParameters()],
            new()
            {
                ["302"] = new OpenApiResponse { Description = "The file is at Location." },
                ["200"] = new OpenApiResponse { Description = "A text.", Content = Content("text/plain", Text()) }
            },
                Problems("400", "404", "422"));
    }

    private void AddHostOperations()
    {
        Add("GET", Routes.Hosts, "ListHosts", "Hosts", "Lists the pool's hosts.", [],
            Answers(("200", "The hosts.", CommonSchemas.HostList)), Problems());
        Add("GET", Routes.Host, "GetHost", "Hosts", "Shows a host.", [InPath("id")],
            Answers(("200", "The host.", CommonSchemas.Host)), Problems("404"));
        Add("PUT", Routes.Host, "PutHost", "Hosts", "Registers a host, or changes it.", [InPath("id")],
            Answers(("200", "It was known.", CommonSchemas.Host), ("201", "It is new.", CommonSchemas.Host)), Problems("400", "413"),
            Body(CommonSchemas.HostSettings, Examples.Host));
        Add("DELETE", Routes.Host, "DeleteHost", "Hosts", "Takes a host out of the pool.",
            [InPath("id"), InQuery("force", Boolean("true gives up the runs that it has."))], Answers(("204", "Gone.", null)),
            Problems("404", "409"));
        Add("POST", Routes.HostDrain, "DrainHost", "Hosts", "Lets a host finish what it has and take nothing new.", [InPath("id")],
            Answers(("200", "The host.", CommonSchemas.Host)), Problems("404"));
        Add("POST", Routes.HostResume, "ResumeHost", "Hosts", "Lets a drained or quarantined host take work again.", [InPath("id")],
            Answers(("200", "The host.", CommonSchemas.Host)), Problems("404"));
        Add("POST", Routes.HostHeartbeat, "HostHeartbeat", "Hosts", "A host says that it is there; it joins if it was not known.",
            [InPath("id")], Answers(("200", "It was known.", CommonSchemas.Host), ("201", "It is new.", CommonSchemas.Host)),
            Problems("400", "413"), Body(CommonSchemas.HostSettings, Examples.Host));
        Add("GET", Routes.Pool, "GetPool", "Hosts", "What an autoscaler asks.", [],
            Answers(("200", "The pool's load.", CommonSchemas.Pool)), Problems());
    }

    private void AddWebhookOperations()
    {
        Add("GET", Routes.Webhooks, "ListWebhooks", "Webhooks", "Lists who is told of events.", [],
            Answers(("200", "The webhooks.", CommonSchemas.WebhookList)), Problems());
        Add("GET", Routes.Webhook, "GetWebhook", "Webhooks", "Shows a webhook.", [InPath("id")],
            Answers(("200", "The webhook.", CommonSchemas.Webhook)), Problems("404"));
        Add("PUT", Routes.Webhook, "PutWebhook", "Webhooks", "Registers a webhook, or changes it and enables it again.", [InPath("id")],
            Answers(("200", "It was known.", CommonSchemas.Webhook), ("201", "It is new; its secret is shown.", CommonSchemas.Webhook)),
            Problems("400", "413"), Body(CommonSchemas.WebhookSettings, Examples.Webhook));
        Add("DELETE", Routes.Webhook, "DeleteWebhook", "Webhooks", "Takes a webhook away.", [InPath("id")],
            Answers(("204", "Gone.", null)), Problems("404"));
        Add("GET", Routes.WebhookSecret, "GetWebhookSecret", "Webhooks",
            "What its deliveries are signed with; of 'default', those that calls ask for.", [InPath("id")],
            Answers(("200", "The secret.", CommonSchemas.WebhookSecret)), Problems("404"));
        Add("POST", Routes.WebhookRotate, "RotateWebhookSecret", "Webhooks", "Makes a new secret; the one before signs too for a day.",
            [InPath("id")], Answers(("200", "The secret.", CommonSchemas.WebhookSecret)), Problems("404"));
        document.Webhooks = new Dictionary<string, IOpenApiPathItem>
        {
            ["run"] = new OpenApiPathItem
            {
                Operations = new()
                {
                    [HttpMethod.Post] = new()
                    {
                        OperationId = "OnRunEvent",
                        Tags = new HashSet<OpenApiTagReference> { new("Webhooks", document) },
                        Summary = "A run started or ended. Signed by Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature.",
                        RequestBody = Body(CommonSchemas.WebhookEvent),
                        Responses = new()
                        {
                            ["2XX"] = new OpenApiResponse { Description = "Received." },
                            ["410"] = new OpenApiResponse { Description = "Gone: nothing more is sent." }
                        },
                    },
                },
            },
        };
    }

    private void AddServiceOperations()
    {
        Add("GET", Routes.Keys, "ListKeys", "Service", "Lists callers' keys, without the keys themselves.", [],
            Answers(("200", "The keys.", CommonSchemas.KeyList)), Problems());
        Add("POST", Routes.Keys, "CreateKey", "Service", "Gives a client a key.", [],
            Answers(("201", "The key; it is shown this once.", CommonSchemas.Key)), Problems("409"),
            Body(CommonSchemas.KeySettings, Examples.Key));
        Add("DELETE", Routes.Key, "DeleteKey", "Service", "Takes a key back.", [InPath("id")],
            Answers(("204", "Gone.", null)), Problems("404"));
        Add("GET", Routes.Usage, "GetUsage", "Service", "What clients took, by workflow and version.",
            [InQuery("from", Text("The first day in UTC.", "date")), InQuery("to", Text("The last day.", "date")),
                InQuery("client", Text("Administrators: of this one."))],
                Answers(("200", "The sums.", CommonSchemas.Usage)), Problems("400"));
        Add("GET", Routes.OpenApi, "Describe", "Service", "This document.", [], Document(), Problems());
        Add("GET", Routes.Health, "GetHealth", "Service", "Whether the service is alive.", [],
            Answers(("200", "Alive.", CommonSchemas.Health)), Problems(), isOpen: true);
        Add("GET", Routes.Ready, "GetReady", "Service", "Whether the service can serve.",
            [InQuery("details", Boolean("true for administrators: what each process of the service is up to."))],
            Answers(("200", "Able to serve.", CommonSchemas.Readiness), ("503", "Storage does not answer.", CommonSchemas.Readiness)),
            Problems(), isOpen: true);
        Add("GET", Routes.ReadyDetails, "GetReadyDetails", "Service", "The same, and what each process of the service is up to.", [],
            Answers(("200", "Able to serve.", CommonSchemas.Readiness), ("503", "Storage does not answer.", CommonSchemas.Readiness)),
            Problems());
    }

    // What every workflow's operation has in common is said once.
    private void AddSharedParts()
    {
        foreach (var parameter in CallParameters())
        {
            document.AddComponent(parameter.Name!, parameter); // It has a name.
        }

        foreach (var status in ProblemStatuses)
        {
            document.AddComponent<IOpenApiResponse>(NameOf(status),
                new OpenApiResponse
                {
                    Description = ReasonOf(status),
                    Content = Content(ProblemJson, new OpenApiSchemaReference(CommonSchemas.Problem, document))
                });
        }
    }

    /// <summary>The typed call of one workflow. A concrete path goes before the template that it matches.</summary>
    private void AddCall(WorkflowDescription workflow, string path)
    {
        var (input, outputs, run) = ($"{workflow.Id}Input", $"{workflow.Id}Outputs", $"{workflow.Id}Run");
        document.AddComponent(input, workflow.Input(document));
        document.AddComponent(outputs, workflow.Outputs(document));
        document.AddComponent(run, CommonSchemas.RunSchema(document, new OpenApiSchemaReference(outputs, document)));
        var body = new OpenApiRequestBody { Content = Content(Json, new OpenApiSchemaReference(input, document), workflow.Example()) };
        Add("POST", path["/api/".Length..], $"Run{workflow.Id}", Saved, $"Runs '{workflow.Name}', now version {workflow.Version}.",
            SharedParameters(), Started(run), TypedCallProblems(), body);
    }

    private void Add(
        string verb, string pattern, string id, string tag, string summary, List<IOpenApiParameter> parameters,
        OpenApiResponses answers, OpenApiResponses problems, OpenApiRequestBody? body = null, bool isOpen = false)
    {
        foreach (var (status, problem) in problems)
        {
            answers.TryAdd(status, problem);
        }

        if (verb is not "GET" && tag != Saved)
        {
            answers["415"] = new OpenApiResponseReference(NameOf("415"), document);
        }

        var path = $"/api/{pattern}";
        if (!document.Paths.TryGetValue(path, out var item))
        {
            document.Paths[path] = item = new OpenApiPathItem();
        }

        ((OpenApiPathItem)item).AddOperation(new(verb), new()
        {
            OperationId = id,
            Tags = new HashSet<OpenApiTagReference> { new(tag, document) },
            Summary = summary,
            Parameters = parameters.Count == 0 ? null : [.. parameters],
            RequestBody = body,
            Responses = answers,
            Security = isOpen ? [[]] : null,
        });
    }

    private IEnumerable<IOpenApiParameter> BatchParameters() =>
        SharedParameters()
        .Where(p => p.Name is not ("Prefer" or "Idempotency-Key" or "Cache-Control" or "output" or "format" or "quality" or "width"
            or "height" or "strip"));

    /// <summary>What a call may say that is answered with a run.</summary>
    private static List<OpenApiParameter> CallParameters() =>
    [
        InHeader("Prefer", "wait=n answers when the run has ended, after 220 s at most; respond-async at once."),
        InHeader("Idempotency-Key", "A call that is sent again with its key makes no second run."),
        InHeader("Cache-Control", "no-cache runs the call even if an earlier result would do."),
        OutputForm(),
        .. RenditionParameters(),
        InQuery("metadata", Text("A JSON object that is kept with the run and shown on it.")),
        InQuery("priority", Integer("Higher goes first.").Within(-100, 100)),
        InQuery("label", ListOf(Text()), "Only on hosts with this label: key:value."),
        InQuery("minVramGb", Number("Only on hosts with so much GPU memory.").Within(0, 10_000)),
        InQuery("startWithin", Number("Seconds in which a slot must be found.").Within(1, 86_400)),
        InQuery("finishWithin", Number("Seconds in which the run must end.").Within(1, 86_400)),
        InQuery("webhook", Link("Is told of the run, signed with the secret of the webhook 'default'.")),
        InQuery("webhookEvents", Text("Which events, separated by commas; the ends of the run unless told.")),
    ];

    // Each has a name.
    private List<IOpenApiParameter> SharedParameters() =>
        [.. CallParameters().Select(p => new OpenApiParameterReference(p.Name!, document))];

    /// <summary>The same, and what is answered with something else than a run.</summary>
    private List<IOpenApiParameter> AnyCallParameters() =>
    [
        InHeader("Prefer",
            "wait=n answers when the run has ended, after 220 s at most; respond-async at once; return=minimal with the outputs alone."),
        .. SharedParameters().Where(p => p.Name is not "Prefer"),
        InQuery("validateOnly", Boolean("true explains the call and makes no run.")),
    ];

    private static List<OpenApiParameter> RenditionParameters() =>
    [
        InQuery("format", Schemas.OneOf("Turns still images into this.", "png", "jpeg", "webp")),
        InQuery("quality", Integer("Of JPEG and WebP.").Within(1, 100)),
        InQuery("width", Integer("Images are scaled down to fit.").Within(1, 16_384)),
        InQuery("height", Integer("Images are scaled down to fit.").Within(1, 16_384)),
        InQuery("strip", Schemas.OneOf("Takes the prompt out of images.", "metadata")),
    ];

    private OpenApiResponses Started(string run) => new()
    {
        ["200"] = new OpenApiResponse
        {
            Description = "The run has ended, one way or the other; see its status.",
            Content = Content(Json, new OpenApiSchemaReference(run, document))
        },
        ["202"] = new OpenApiResponse
        {
            Description = "The run has been accepted.",
            Content = Content(Json, new OpenApiSchemaReference(run, document)),
            Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Location"] = new OpenApiHeader { Description = "The status URL.", Schema = Link() },
                ["Operation-Location"] = new OpenApiHeader { Description = "The status URL.", Schema = Link() },
                ["Azure-AsyncOperation"] = new OpenApiHeader { Description = "The status URL.", Schema = Link() },
                ["Retry-After"] = new OpenApiHeader { Description = "Seconds.", Schema = Integer() },
            },
        },
    };

    private OpenApiResponses Accepted()
    {
        var answers = Started(CommonSchemas.Run);
        ((OpenApiResponse)answers["202"]).Headers = new Dictionary<string, IOpenApiHeader>
        {
            ["Location"] = new OpenApiHeader { Description = "The status URL.", Schema = Link() },
            ["Operation-Location"] = new OpenApiHeader { Description = "The status URL.", Schema = Link() },
            ["Retry-After"] = new OpenApiHeader { Description = "Seconds.", Schema = Integer() },
        };
        return answers;
    }

    /// <summary>A run, or what else was asked for; the answer's content type says which.</summary>
    private OpenApiResponses StartedOrExplained()
    {
        var answers = Accepted();
        var content = answers["200"].Content!; // It has been given one.
        content[AnswerTypes.Explanation] =
            new OpenApiMediaType { Schema = new OpenApiSchemaReference(CommonSchemas.Explanation, document) };
        content[AnswerTypes.Minimal] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(CommonSchemas.OutputsByTag, document) };
        return answers;
    }

    private static (string Status, string Description, string? Schema) NotModified => ("304", "It is as If-None-Match says.", null);

    private static OpenApiResponses Document() => new()
    {
        ["200"] = new OpenApiResponse
        {
            Description = "OpenAPI 3.1.",
            Content = Content(Json, new OpenApiSchema { Type = JsonSchemaType.Object })
        },
        ["304"] = new OpenApiResponse { Description = "It is as If-None-Match says." },
    };

    private OpenApiResponses CallProblems() => Problems("404", "413", "422", "429");

    // Generators make a type for each of these for each workflow: only those that a program does something about.
    private OpenApiResponses TypedCallProblems() => ProblemsOf("400", "429", "503", "default");

    /// <param name="statuses">Those that not every operation may answer with.</param>
    private OpenApiResponses Problems(params IEnumerable<string> statuses) =>
        ProblemsOf([.. statuses.Union(EveryOperation).Order(StringComparer.Ordinal)]);

    private OpenApiResponses ProblemsOf(params string[] statuses)
    {
        var problems = new OpenApiResponses();
        foreach (var status in statuses)
        {
            problems[status] = new OpenApiResponseReference(NameOf(status), document);
        }

        return problems;
    }

    private OpenApiResponses Answers(params (string Status, string Description, string? Schema)[] answers)
    {
        var responses = new OpenApiResponses();
        foreach (var (status, description, schema) in answers)
        {
            responses[status] = new OpenApiResponse
            {
                Description = description,
                Content = schema is null ? null : Content(Json, new OpenApiSchemaReference(schema, document))
            };
        }

        return responses;
    }

    private static OpenApiResponse Events() => new()
    {
        Description =
            "status for every change, progress in between; the last status has the whole run. It ends with the run, or after 200 s.",
        Content = Content("text/event-stream", Text()),
    };

    private OpenApiRequestBody Body(string schema, JsonNode? example = null) =>
        new() { Required = true, Content = Content(Json, new OpenApiSchemaReference(schema, document), example) };

    private static OpenApiRequestBody AnyBody(string description, bool isRequired = true, JsonNode? example = null) =>
        new()
        {
            Description = description,
            Required = isRequired,
            Content = Content(Json, new OpenApiSchema { Type = JsonSchemaType.Object }, example)
        };

    private OpenApiParameter NameOfFirst()
    {
        var name = InPath("name");
        name.Example = first is null ? null : JsonValue.Create(first.Name);
        return name;
    }

    private OpenApiParameter VersionOfFirst()
    {
        var version = InPath("version");
        version.Example = first is null ? null : JsonValue.Create($"{first.Version}");
        return version;
    }

    private JsonObject ExampleOfFirst() => first?.Example() ?? [];

    private static Dictionary<string, IOpenApiMediaType> Content(string type, IOpenApiSchema schema, JsonNode? example = null) =>
        new() { [type] = new OpenApiMediaType { Schema = schema, Example = example } };

    private static List<IOpenApiParameter> Page() =>
        [InQuery("limit", Integer().Within(1, 200)), InQuery("continuation", Text("What the page before ended with."))];

    private static OpenApiParameter Include() => InQuery("include", Schemas.OneOf("prompt shows the prompt too.", "prompt"));

    private static OpenApiParameter OutputForm() =>
        InQuery("output", Schemas.OneOf("base64 has files inline instead of links.", "url", "base64"));

    private static OpenApiParameter InPath(string name, IOpenApiSchema? schema = null) =>
        new() { Name = name, In = ParameterLocation.Path, Required = true, Schema = schema ?? Text() };

    private static OpenApiParameter InQuery(string name, OpenApiSchema schema, string? description = null) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description ?? schema.Description, Schema = schema };

    private static OpenApiParameter Required(OpenApiParameter parameter)
    {
        parameter.Required = true;
        return parameter;
    }

    private static OpenApiParameter LinkSignature() => new()
    {
        Name = RunLinks.Signature,
        In = ParameterLocation.Query,
        Required = true,
        Description = "The link's signature.",
        Schema = Text(),
    };

    private static OpenApiParameter InHeader(string name, string description) =>
        new() { Name = name, In = ParameterLocation.Header, Description = description, Schema = Text() };

    private static string NameOf(string status) => status switch
    {
        "400" => "Malformed",
        "401" => "Unknown",
        "403" => "Forbidden",
        "404" => "NotFound",
        "409" => "Conflict",
        "412" => "Changed",
        "413" => "TooLarge",
        "415" => "UnreadKind",
        "421" => "Misdirected",
        "422" => "Unusable",
        "429" => "RateLimited",
        "503" => "Unavailable",
        _ => "Otherwise",
    };

    private static string ReasonOf(string status) => status switch
    {
        "400" => "The request does not fit; errors says where.",
        "401" => "The caller is not known.",
        "403" => "The caller may not do this.",
        "404" => "There is no such thing.",
        "409" => "Its state does not allow it.",
        "412" => "It has changed meanwhile.",
        "413" => "Something is larger than allowed.",
        "415" => "The body is of a kind that is not read here.",
        "421" => "The request was for another server.",
        "422" => "The content cannot be used.",
        "429" => "The client has had its share; see Retry-After.",
        "503" => "Not at the moment; see code and Retry-After.",
        _ => "What else can go wrong.",
    };
}
