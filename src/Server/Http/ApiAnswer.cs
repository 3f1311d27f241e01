using System.Collections.Immutable;
using System.Net.Mime;
using Microsoft.OpenApi;

namespace ComfyFunc.Server.Http;

/// <summary>One way in which an endpoint answers when nothing is wrong.</summary>
public sealed record ApiAnswer(int Status, string Description)
{
    public ApiAnswer(int status, string description, Shape shape)
        : this(status, description) => Content = [new(MediaTypeNames.Application.Json, shape)];

    /// <summary>What it may hold, by media type; nothing, where it has no body.</summary>
    public ImmutableArray<ApiContent> Content { get; init; } = [];

    public ImmutableArray<AnswerHeader> Headers { get; init; } = [];

    public static ApiAnswer NotModified { get; } = new(304, "It is as If-None-Match says.");

    public static ApiAnswer Redirect { get; } = new(302, "The file is at Location.");
}

/// <summary>A body of one media type.</summary>
public sealed record ApiContent(string Type, Shape Shape);

/// <summary>A header of an answer that clients act on.</summary>
public sealed record AnswerHeader(string Name, string Description, OpenApiSchema Schema);
