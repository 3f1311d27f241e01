using System.Net.Mime;
using ComfyFunc.Server.Http;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Api.Description;

/// <summary>What webhooks are sent, as a description tells those who receive it.</summary>
internal static class RunEventDescription
{
    public static void AddTo(OpenApiDocument document) => document.Webhooks = new Dictionary<string, IOpenApiPathItem>
    {
        ["run"] = new OpenApiPathItem
        {
            Operations = new()
            {
                [HttpMethod.Post] = new()
                {
                    OperationId = "OnRunEvent",
                    Tags = new HashSet<OpenApiTagReference> { new($"{RouteGroup.Webhooks}", document) },
                    Summary = "A run started or ended. Signed by Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature.",
                    RequestBody = new OpenApiRequestBody
                    {
                        Required = true,
                        Content = new Dictionary<string, IOpenApiMediaType>
                        {
                            [MediaTypeNames.Application.Json] = new OpenApiMediaType
                            {
                                Schema = new OpenApiSchemaReference(SchemaNames.WebhookEvent, document),
                            },
                        },
                    },
                    Responses = new()
                    {
                        ["2XX"] = new OpenApiResponse { Description = "Received." },
                        ["410"] = new OpenApiResponse { Description = "Gone: nothing more is sent." },
                    },
                },
            },
        },
    };
}
