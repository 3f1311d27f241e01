using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Web;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>
/// What is rare among very many rows: the service looks for some seconds, answers a page that may be empty, and says where to go on.
/// </summary>
public sealed class SparseListingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_ends_after_a_few_requests_and_the_next_goes_on_where_the_look_ended()
    {
        using var service = new Service(100, 7, 8, 50, 99);
        var table = new AzureDocumentTable(
            new TableClient(new Uri("http://tables.test/account"), "runs", new TableSharedKeyCredential("account", "aGVsbG8="),
                new TableClientOptions { Transport = new HttpClientTransport(new HttpClient(service)) }),
            new DocumentOverflow("runs", new MemoryBlobStore()));
        var query = new DocumentQuery { Where = ImmutableDictionary<string, object>.Empty.Add("Workflow", "rare"), PageSize = 2 };
        var rows = new List<string>();
        var pages = 0;
        for (string? continuation = null; continuation is not null || pages == 0; pages++)
        {
            var before = service.Requests;
            var page = await table.PageAsync(query, continuation, Cancellation);
            Assert.InRange(service.Requests - before, 1, 3);
            Assert.True(DocumentPage.Gives(page.Continuation));
            rows.AddRange(page.Documents.Select(d => d.Row));
            continuation = page.Continuation;
        }

        Assert.Equal(["007", "008", "050", "099"], rows);
        Assert.InRange(pages, 30, 40);
        Assert.InRange(service.Requests, 100, 105); // No step of the look is made twice.
    }

    [Fact]
    public async Task A_document_that_is_long_is_fetched_once_however_often_it_is_read()
    {
        var blobs = new CountingBlobs(new MemoryBlobStore());
        var overflow = new DocumentOverflow("workflows", blobs);
        var entity = await overflow.ToEntityAsync(new("p", "r", new string('x', 100_000)), Cancellation);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(100_000, (await overflow.ToDocumentAsync(entity, Cancellation))!.Json.Length); // Its blob is there.
        }

        Assert.Equal(1, blobs.Reads);
    }

    /// <summary>A table service that looks at one row a request.</summary>
    private sealed class Service(int rows, params int[] matching) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            var query = HttpUtility.ParseQueryString(request.RequestUri!.Query); // The client gives one.
            var first = query["$filter"]!.Split("RowKey gt '") is [_, var after] ? int.Parse(after[..3], null) + 1 : 0;
            var at = query["NextRowKey"] is { } next ? int.Parse(next, null) : first;
            var row = matching.Contains(at) ? $$"""{"PartitionKey":"p","RowKey":"{{at:D3}}","Json":"{}","odata.etag":"W/\"1\""}""" : "";
            var answer = new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent($$"""{"value":[{{row}}]}""", Encoding.UTF8, "application/json"),
            };
            if (at + 1 < rows)
            {
                answer.Headers.Add("x-ms-continuation-NextPartitionKey", "p");
                answer.Headers.Add("x-ms-continuation-NextRowKey", $"{at + 1}");
            }

            return Task.FromResult(answer);
        }
    }
}
