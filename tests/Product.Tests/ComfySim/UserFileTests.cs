using System.Net;
using System.Text.Json;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>The files of a user, as app/user_manager.py serves them.</summary>
public sealed class UserFileTests : IAsyncLifetime
{
    private const string Name = "userdata/workflows%2Fmine%2Fa%20b.json";

    private SimRig rig = null!; // Set before each test.

    public async ValueTask InitializeAsync() => rig = await SimRig.StartAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("api/")]
    public async Task A_file_is_written_with_its_folders_and_read_again(string below)
    {
        Assert.Equal((HttpStatusCode.OK, "\"workflows/mine/a b.json\""), await AskAsync("POST", below + Name, """{"a":1}"""));
        Assert.Equal((HttpStatusCode.OK, """{"a":1}"""), await AskAsync("GET", below + Name));
    }

    [Fact]
    public async Task A_file_is_written_over_unless_that_is_not_wanted()
    {
        await AskAsync("POST", Name, "1");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("POST", Name, "2")).Status);
        Assert.Equal((HttpStatusCode.Conflict, "File already exists"), await AskAsync("POST", $"{Name}?overwrite=false", "3"));
        Assert.Equal("2", (await AskAsync("GET", Name)).Body);
    }

    [Fact]
    public async Task A_file_is_told_in_full_where_that_is_wanted()
    {
        var told = JsonElement.Parse((await AskAsync("POST", $"{Name}?full_info=true", "12345")).Body);
        Assert.Equal(["path", "size", "modified", "created"], told.EnumerateObject().Select(m => m.Name));
        Assert.Equal("workflows/mine/a b.json", told.GetProperty("path").GetString());
        Assert.Equal(5, told.GetProperty("size").GetInt32());
        Assert.Contains('.', told.GetProperty("modified").GetRawText());
    }

    [Fact]
    public async Task Newer_releases_write_times_as_whole_milliseconds()
    {
        await using var newer = await SimRig.StartAsync(new() { Speed = 0, ComfyVersion = "0.29.0" });
        using var answer = await newer.PostAsync($"{Name}?full_info=true", "1");
        var told = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Deadline.Token));
        Assert.True(told.GetProperty("modified").GetInt64() > 1_700_000_000_000);
        Assert.Equal("attachment", (await newer.Http.GetAsync(new Uri(Name, UriKind.Relative), Deadline.Token)).Content.Headers
            .ContentDisposition?.DispositionType);
    }

    [Fact]
    public async Task A_folder_lists_its_files_and_those_below_it_where_that_is_wanted()
    {
        foreach (var file in new[] { "workflows%2Fb.json", "workflows%2Fa.json", "workflows%2Fin%2Fc.json", "workflows%2F.hidden.json" })
        {
            await AskAsync("POST", $"userdata/{file}", "{}");
        }

        Assert.Equal("""["a.json", "b.json"]""", (await AskAsync("GET", "userdata?dir=workflows")).Body);
        Assert.Equal("""["a.json", "b.json", "in/c.json"]""", (await AskAsync("GET", "userdata?dir=workflows&recurse=true")).Body);
        Assert.Equal("""[["c.json", "c.json"]]""", (await AskAsync("GET", "userdata?dir=workflows%2Fin&split=true")).Body);
        Assert.Equal("""[["in/c.json", "in", "c.json"]]""",
            (await AskAsync("GET", "userdata?dir=workflows&recurse=true&split=true")).Body.Replace(
                """["a.json", "a.json"], ["b.json", "b.json"], """, "", StringComparison.Ordinal));
        var full = JsonElement.Parse((await AskAsync("GET", "userdata?dir=workflows%2Fin&full_info=true&split=true")).Body);
        Assert.Equal("c.json", full[0].GetProperty("path").GetString());
        Assert.Equal(2, full[0].GetProperty("size").GetInt32());
    }

    [Theory]
    [InlineData("userdata", HttpStatusCode.BadRequest, "Directory not provided")]
    [InlineData("userdata?dir=", HttpStatusCode.BadRequest, "Directory not provided")]
    [InlineData("userdata?dir=none", HttpStatusCode.NotFound, "Directory not found")]
    [InlineData("userdata?dir=..", HttpStatusCode.Forbidden, "Invalid directory")]
    [InlineData("userdata?dir=/etc", HttpStatusCode.Forbidden, "Invalid directory")]
    [InlineData("v2/userdata?path=none", HttpStatusCode.NotFound, "Requested path not found")]
    [InlineData("v2/userdata?path=..", HttpStatusCode.BadRequest, "Invalid path requested")]
    public async Task A_folder_that_cannot_be_listed_is_said_why(string path, HttpStatusCode status, string why) =>
        Assert.Equal((status, why), await AskAsync("GET", path));

    [Fact]
    public async Task The_second_listing_has_folders_first_and_paths_from_the_root()
    {
        await AskAsync("POST", "userdata/workflows%2Fz%2Fb.json", "{}");
        await AskAsync("POST", "userdata/workflows%2FA.json", "{}");
        var all = JsonElement.Parse((await AskAsync("GET", "v2/userdata?path=workflows")).Body).EnumerateArray().ToArray();
        Assert.Equal(["directory workflows/z z", "file workflows/A.json A.json", "file workflows/z/b.json b.json"],
            all.Select(e => $"{e.GetProperty("type")} {e.GetProperty("path")} {e.GetProperty("name")}"));
        Assert.Equal(2, all[1].GetProperty("size").GetInt32());
        Assert.True(all[1].TryGetProperty("modified", out _));
        Assert.Equal((HttpStatusCode.BadRequest, "Requested path is not a directory"),
            await AskAsync("GET", "api/v2/userdata?path=workflows%2FA.json"));
    }

    [Fact]
    public async Task A_file_is_moved_with_the_folders_of_its_new_place()
    {
        await AskAsync("POST", Name, "1");
        Assert.Equal((HttpStatusCode.OK, "\"workflows/new/c.json\""), await AskAsync("POST", $"{Name}/move/workflows%2Fnew%2Fc.json"));
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("GET", Name)).Status);
        Assert.Equal("1", (await AskAsync("GET", "userdata/workflows%2Fnew%2Fc.json")).Body);
        var back = await AskAsync("POST", $"api/userdata/workflows%2Fnew%2Fc.json/move/d.json?full_info=true");
        Assert.Equal("d.json", JsonElement.Parse(back.Body).GetProperty("path").GetString());
    }

    [Fact]
    public async Task A_file_is_moved_over_another_unless_that_is_not_wanted()
    {
        await AskAsync("POST", Name, "1");
        await AskAsync("POST", "userdata/other.json", "2");
        Assert.Equal((HttpStatusCode.Conflict, "File already exists"), await AskAsync("POST", $"{Name}/move/other.json?overwrite=false"));
        Assert.Equal("1", (await AskAsync("GET", Name)).Body);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("POST", $"{Name}/move/other.json")).Status);
        Assert.Equal("1", (await AskAsync("GET", "userdata/other.json")).Body);
    }

    [Theory]
    [InlineData("GET", "userdata/none.json", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "userdata/none.json", HttpStatusCode.NotFound)]
    [InlineData("POST", "userdata/none.json/move/other.json", HttpStatusCode.NotFound)]
    [InlineData("GET", "userdata/..%2F..%2Fetc", HttpStatusCode.Forbidden)]
    [InlineData("GET", "userdata/%2Fetc%2Fpasswd", HttpStatusCode.Forbidden)]
    [InlineData("POST", "userdata/..%2Fevil.json", HttpStatusCode.Forbidden)]
    [InlineData("POST", "userdata/%252e%252e%252Fevil.json", HttpStatusCode.Forbidden)]
    [InlineData("POST", "userdata/..%2Fevil.json/move/a.json", HttpStatusCode.Forbidden)]
    [InlineData("DELETE", "userdata/..%2Fdefault%2F..%2Fa", HttpStatusCode.Forbidden)]
    [InlineData("PUT", "userdata/a.json", HttpStatusCode.MethodNotAllowed)]
    public async Task A_file_that_is_not_there_or_not_the_user_s_is_not_touched(string verb, string path, HttpStatusCode status) =>
        Assert.Equal(status, (await AskAsync(verb, path, verb is "POST" or "PUT" ? "{}" : null)).Status);

    [Theory]
    [InlineData("0.3.64", HttpStatusCode.InternalServerError)]
    [InlineData("0.29.0", HttpStatusCode.Forbidden)]
    public async Task A_file_is_moved_nowhere_else(string release, HttpStatusCode status)
    {
        await using var host = await SimRig.StartAsync(new() { Speed = 0, ComfyVersion = release });
        (await host.PostAsync("userdata/a.json", "1")).Dispose();
        using var moved = await host.PostAsync("userdata/a.json/move/..%2F..%2Fb.json", "");
        Assert.Equal(status, moved.StatusCode);
        Assert.Equal("1", (await host.GetAsync("userdata/a.json")).GetRawText());
    }

    [Fact]
    public async Task A_percent_sign_that_is_left_is_read_once_more()
    {
        Assert.Equal("\"a b.json\"", (await AskAsync("POST", "userdata/a%2520b.json", "1")).Body);
        Assert.Equal("\"100%.json\"", (await AskAsync("POST", "userdata/100%25.json", "1")).Body);
    }

    [Fact]
    public async Task A_name_that_no_file_can_have_is_refused()
    {
        using var answer = await rig.PostAsync($"userdata/{new string('x', 300)}.json", "1");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith("Invalid filename", answer.ReasonPhrase);
    }

    [Fact]
    public async Task A_folder_is_no_file_but_can_be_moved()
    {
        await AskAsync("POST", Name, "1");
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync("GET", "userdata/workflows")).Status);
        Assert.Equal(HttpStatusCode.InternalServerError, (await AskAsync("DELETE", "userdata/workflows%2Fmine")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("POST", "userdata/workflows%2Fmine/move/workflows%2Fours")).Status);
        Assert.Equal("1", (await AskAsync("GET", "userdata/workflows%2Fours%2Fa%20b.json")).Body);
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(string verb, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new(verb), new Uri(path, UriKind.Relative))
        {
            Content = body is null ? null : new StringContent(body),
        };
        using var answer = await rig.Http.SendAsync(request, Deadline.Token);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Deadline.Token));
    }
}
