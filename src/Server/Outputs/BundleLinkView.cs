using System.ComponentModel;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Outputs;

/// <summary>Where a file with many outputs is to be had, for who cannot be sent there: a page may not follow into another origin.</summary>
[View("BundleLink")]
internal sealed record BundleLinkView
{
    /// <summary>The query parameter that asks for it.</summary>
    public static QueryParameter Query { get; } = QueryParameters.Flag("link", "Answers with the link instead of sending to it.");

    public static ApiAnswer Answer { get; } = new(200, "Where it is, for link=true.", Shape.Of<BundleLinkView>());

    [Description("Needs no key.")]
    public required string Url { get; init; }

    public required DateTimeOffset UrlExpiresAt { get; init; }

    /// <summary>Sends the caller to a link, or says it, as the query asks.</summary>
    public static IResult Of(IQueryCollection query, (Uri Url, DateTimeOffset Expires) link) => query.IsSet(Query.Name)
        ? Results.Json(new BundleLinkView { Url = link.Url.AbsoluteUri, UrlExpiresAt = link.Expires }, ServerJson.Options)
        : Results.Redirect(link.Url.AbsoluteUri);
}
