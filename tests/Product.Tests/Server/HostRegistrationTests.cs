using System.Text;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Tests.Server;

public class HostRegistrationTests
{
    [Theory]
    [InlineData("""{"url":"http://a:8188"}""", "http://a:8188/", "", "")]
    [InlineData("""{"url":"http://a:80/comfy?token=x&y"}""", "http://a/comfy/", "token=x&y", "")]
    [InlineData("""{"url":"https://user:p%40ss@a/#part"}""", "https://a/", "", "user:p%40ss")]
    [InlineData("""{"url":"https://user@a"}""", "https://a/", "", "user:")]
    [InlineData("""{"url":"http://[::1]:8188/"}""", "http://[::1]:8188/", "", "")]
    public void An_address_is_parted_from_what_opens_its_door(string body, string url, string query, string user)
    {
        var valid = Assert.IsType<HostRegistration.Valid>(Read(body));
        Assert.Equal((url, query, user), (valid.Url.AbsoluteUri, valid.Door.Query, valid.Door.UserInfo));
    }

    [Theory]
    [InlineData("""{"url":"ftp://a"}""", "/url")]
    [InlineData("""{"url":"/a"}""", "/url")]
    [InlineData("""{"url":"http://a","headers":5}""", "/headers")]
    [InlineData("""{"url":"http://a","headers":{"X":5}}""", "/headers/X")]
    [InlineData("""{"url":"http://a","headers":{"Content-Length":"5"}}""", "/headers/Content-Length")]
    [InlineData("""{"url":"http://a","headers":{"content-type":"a/b"}}""", "/headers/content-type")]
    [InlineData("""{"url":"http://a","headers":{"Transfer-Encoding":"chunked"}}""", "/headers/Transfer-Encoding")]
    [InlineData("""{"url":"http://a","headers":{"Upgrade":"h2c"}}""", "/headers/Upgrade")]
    [InlineData("""{"url":"http://a","headers":{"sec-websocket-key":"x"}}""", "/headers/sec-websocket-key")]
    [InlineData("""{"url":"http://a","headers":{"a b":"x"}}""", "/headers/a b")]
    [InlineData("""{"url":"http://a","headers":{"":"x"}}""", "/headers/")]
    [InlineData("""{"url":"http://a","headers":{"a/b":"x"}}""", "/headers/a~1b")]
    [InlineData("""{"url":"http://a","headers":{"X":"swordfish\r\nY: 5"}}""", "/headers/X")]
    [InlineData("""{"url":"http://a","headers":{"X":"swordfish\u00fc"}}""", "/headers/X")]
    [InlineData("""{"url":"http://a","headers":{"X-Key":"1","x-key":"2"}}""", "/headers/x-key")]
    [InlineData("""{"url":"http://user:swordfish@a","headers":{"authorization":"Bearer swordfish"}}""", "/headers/Authorization")]
    public void What_cannot_be_sent_is_refused_where_it_stands_and_not_repeated(string body, string pointer)
    {
        var fault = Assert.Single(Assert.IsType<HostRegistration.Invalid>(Read(body)).Faults);
        Assert.Equal(pointer, fault.Pointer);
        Assert.DoesNotContain("swordfish", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_that_a_door_may_want_are_taken()
    {
        var valid = Assert.IsType<HostRegistration.Valid>(
            Read("""{"url":"http://a","headers":{"Authorization":"Bearer x","Cookie":"a=b","X-Api-Key":"k","Host":"inner"}}"""));
        Assert.Equal(["Authorization", "Cookie", "Host", "X-Api-Key"], valid.Door.Headers.Keys);
        Assert.True(valid.SaysHeaders);
    }

    [Fact]
    public void What_a_heartbeat_does_not_say_of_the_door_stays()
    {
        var known = new HostDoor { Headers = HostDoor.Open.Headers.Add("X", "1"), Query = "token=t" };
        Assert.Equal(known, Valid("""{"url":"http://a"}""").DoorOver(known));
        Assert.Equal(known with { Query = "token=u" }, Valid("""{"url":"http://a?token=u"}""").DoorOver(known));
        Assert.Equal(known with { Headers = HostDoor.Open.Headers }, Valid("""{"url":"http://a","headers":{}}""").DoorOver(known));
        Assert.Equal(known, Valid("""{"url":"http://a","headers":null}""").DoorOver(known));
    }

    [Fact]
    public void A_door_says_nothing_of_itself()
    {
        var door = Assert.IsType<HostRegistration.Valid>(
            Read("""{"url":"http://user:swordfish@a?token=swordfish&swordfish","headers":{"X":"swordfish"}}""")).Door;
        Assert.DoesNotContain("swordfish", $"{door} {new HostAddress(new("http://a"), door)} {door.ShownQuery}", StringComparison.Ordinal);
        Assert.Equal("token=***&***", door.ShownQuery);
        Assert.Equal(door, HostDoor.FromJson(door.ToJson()));
        Assert.Contains(("Authorization", "Basic " + Convert.ToBase64String("user:swordfish"u8)), door.RequestHeaders);
    }

    [Fact]
    public void A_heartbeat_may_say_how_the_host_is_and_a_registration_may_not()
    {
        const string Body = """
            {"url":"http://a","pack":{"version":"1.0.0"},"queue":{"running":1,"pending":2},"vram":{"total":8000000000,"free":5},
             "catalogHash":"abc","models":{"checkpoints":3}}
            """;
        var report = Assert.IsType<HostRegistration.Valid>(Beat(Body)).Report!;
        Assert.Equal(("1.0.0", 1, 2, 8_000_000_000, 5L, "abc", 3),
            (report.Pack, report.Running, report.Pending, report.VramTotal, report.VramFree, report.CatalogHash,
                report.Models!["checkpoints"]));
        Assert.Equal(["/pack", "/queue", "/vram", "/catalogHash", "/models"],
            Assert.IsType<HostRegistration.Invalid>(Read(Body)).Faults.Select(f => f.Pointer));
        Assert.Null(Assert.IsType<HostRegistration.Valid>(Beat("""{"url":"http://a"}""")).Report);
    }

    [Theory]
    [InlineData("\"pack\":5", "/pack")]
    [InlineData("\"pack\":{}", "/pack/version")]
    [InlineData("\"pack\":{\"version\":\"1\",\"x\":1}", "/pack/x")]
    [InlineData("\"catalogHash\":\"x\"", "/catalogHash")]
    [InlineData("\"pack\":{\"version\":\"1\"},\"catalogHash\":5", "/catalogHash")]
    [InlineData("\"pack\":{\"version\":\"1\"},\"queue\":{\"running\":-1}", "/queue/running")]
    [InlineData("\"pack\":{\"version\":\"1\"},\"queue\":{\"pending\":0.5}", "/queue/pending")]
    [InlineData("\"pack\":{\"version\":\"1\"},\"vram\":{\"free\":\"a\"}", "/vram/free")]
    [InlineData("\"pack\":{\"version\":\"1\"},\"vram\":[]", "/vram")]
    [InlineData("\"pack\":{\"version\":\"1\"},\"models\":{\"a/b\":true}", "/models/a~1b")]
    [InlineData("\"pack\":{\"version\":\"1\"},\"models\":[]", "/models")]
    public void What_a_heartbeat_says_amiss_is_told_where_it_stands(string members, string pointer) =>
        Assert.Equal(pointer, Assert.Single(Assert.IsType<HostRegistration.Invalid>(Beat($$"""{"url":"http://a",{{members}}}""")).Faults)
            .Pointer);

    private static HostRegistration Beat(string body) => HostRegistration.ReadHeartbeat("gpu-1", Encoding.UTF8.GetBytes(body));

    private static HostRegistration.Valid Valid(string body) => Assert.IsType<HostRegistration.Valid>(Read(body));

    private static HostRegistration Read(string body) => HostRegistration.Read("gpu-1", Encoding.UTF8.GetBytes(body));
}
