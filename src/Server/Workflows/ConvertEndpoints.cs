using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Workflows.ConvertEndpoints>;

namespace ComfyFunc.Server.Workflows;

/// <summary>The endpoint that makes of what ComfyUI saves what its API takes, and keeps nothing.</summary>
public sealed class ConvertEndpoints(SourceReader sources, ComfyFuncOptions options) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("Convert", "POST", At.Convert, Role.Author, RouteGroup.Workflows,
            "Converts a graph to a prompt, and says what the rules of conversion have to say.", (e, r, ct) => e.ConvertAsync(r, ct))
        {
            Body = SourceReader.Body with { Example = _ => WorkflowEndpoints.ExamplePrompt },
            Answers = [new(200, "The prompt.", Shape.Of<ConvertedView>())],
            Problems = [400, 413, 422],
        },
    ];

    public async Task<IResult> ConvertAsync(HttpRequest request, CancellationToken cancellationToken) =>
        await SourceReader.BodyAsync(request, options.MaxBodyBytes, cancellationToken) switch
        {
            ({ } document, _) => await sources.ReadAsync(document, cancellationToken) switch
            {
                SourceReply.Refused refused => Problems.From(refused.Faults),
                SourceReply.Read { Source: { Refusals: { IsEmpty: false } refusals } } => Problems.From(refusals),
                SourceReply.Read { Source: var source } => Results.Json(ConvertedView.Of(source), ServerJson.Options),
                _ => throw new UnreachableException(),
            },
            (_, var fault) => Problems.From(fault!), // One of the two is there.
        };
}

/// <summary>A prompt, and what there is to say of it.</summary>
[View("Converted"), Description("A prompt as ComfyUI's API takes it.")]
internal sealed record ConvertedView
{
    [Description("Nodes by their ids. Their _meta.comfyfunc has what a prompt has no words for.")]
    public required JsonElement Prompt { get; init; }

    [Description("Where there was a graph.")]
    public ConversionView? Conversion { get; init; }

    public static ConvertedView Of(WorkflowSource source) => new()
    {
        Prompt = source.Converted ?? source.Prompt!.Value, // What is refused is not shown.
        Conversion = ConversionView.Of(source),
    };
}
