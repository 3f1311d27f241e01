using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>Hosts behind a token.</summary>
public sealed class DoorTests : IAsyncLifetime
{
    private const string Token = "open sesame";
    private SimRig rig = null!; // Set before each test.

    public async ValueTask InitializeAsync() => rig = await SimRig.StartAsync(new() { Speed = 0, Door = Token });

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("Bearer", Token, "", HttpStatusCode.OK)]
    [InlineData("bearer", Token, "", HttpStatusCode.OK)]
    [InlineData("Basic", "anybody:open sesame", "", HttpStatusCode.OK)]
    [InlineData(null, null, "?token=open%20sesame", HttpStatusCode.OK)]
    [InlineData(null, null, "", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", "open", "", HttpStatusCode.Unauthorized)]
    [InlineData("Basic", "open sesame:", "", HttpStatusCode.Unauthorized)]
    [InlineData("Basic", "open sesame", "", HttpStatusCode.Unauthorized)]
    [InlineData("Digest", Token, "", HttpStatusCode.Unauthorized)]
    [InlineData(null, null, "?token=open", HttpStatusCode.Unauthorized)]
    public async Task A_request_comes_in_with_the_token_only(string? scheme, string? secret, string query, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(rig.Host.Url, "queue" + query));
        if (scheme == "Basic")
        {
            secret = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret!)); // Each row has one.
        }

        if (scheme is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(scheme, secret);
        }

        using var response = await rig.Http.SendAsync(request, Deadline.Token);
        Assert.Equal(status, response.StatusCode);
        if (status is HttpStatusCode.Unauthorized)
        {
            Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task A_socket_comes_in_with_the_token_only()
    {
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => SimSocket.OpenAsync(rig.Host.Url, "c"));
        await using var socket = await SimSocket.OpenAsync(rig.Host.Url, "c&token=open%20sesame");
        Assert.Equal("status", (await socket.NextAsync()).Type);
    }

    [Fact]
    public async Task The_pages_of_the_simulation_itself_stay_open() => await rig.GetAsync("sim/stats");

    [Fact]
    public async Task Who_works_on_the_host_has_the_token() => Assert.NotEmpty(await rig.Host.Person.SubmitAsync(0, Deadline.Token));
}
