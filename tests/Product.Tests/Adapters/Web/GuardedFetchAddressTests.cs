using Microsoft.AspNetCore.Http;
using static ComfyFunc.Adapters.Web.FetchReply;

namespace ComfyFunc.Tests.Adapters.Web;

public sealed class GuardedFetchAddressTests
{
    public static TheoryData<string> RefusedUrls =>
    [
        // Plain spellings, each with a port or a path now and then.
        "http://127.0.0.1/", "https://127.0.0.1/", "http://127.0.0.1:8188/prompt", "http://10.0.0.5/", "http://172.16.0.1:80/",
        "http://192.168.0.1/",
        "http://169.254.169.254/metadata/instance?api-version=2021-02-01", "http://168.63.129.16/machine?comp=goalstate",
        "http://100.100.100.200/",
        "http://0.0.0.0/", "http://0.0.0.0:8188/", "http://255.255.255.255/", "http://224.0.0.1/",

        // Decimal, hexadecimal, octal, short and mixed.
        "http://2130706433/", "http://2852039166/", "http://3232235521/", "http://167772161/", "http://0/", "http://00000000/",
        "http://0x7f000001/", "http://0X7F000001/", "http://0xa9fea9fe/", "http://0x7f.0.0.1/", "http://0x7f.0x0.0x0.0x1/",
        "http://0xA9.0xFE.0xA9.0xFE/",
        "http://0177.0.0.1/", "http://017700000001/", "http://0251.0376.0251.0376/", "http://00000177.0.0.1/", "http://012.0.0.1/",
        "http://127.1/", "http://127.0.1/", "http://10.1/", "http://169.254.43518/", "http://192.168.257/", "http://0x7f.1/",
        "http://0177.1/", "http://169.0xfea9fe/",

        // Trailing dots and look-alike dots.
        "http://127.0.0.1./", "http://169.254.169.254./latest/meta-data/", "http://2130706433./", "http://127.1./", "http://127。0。0。1/",
        "http://169．254．169．254/",

        // Names.
        "http://localhost/", "http://LOCALHOST:8188/", "http://private.example/", "http://private.example./", "http://mixed.example/",
        "http://metadata.example/", "http://mapped.example/",

        // IPv6.
        "http://[::1]/", "http://[::1]:8188/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/",
        "http://[0000:0000:0000:0000:0000:0000:0000:0001]/",
        "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::ffff:a9fe:a9fe]/", "http://[0:0:0:0:0:ffff:10.0.0.1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::169.254.169.254]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2002:a9fe:a9fe::1]/",
        "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://[2001:db8::1]/",
        "http://[2001:0:53aa:64c::1]/",

        // Users, passwords and other schemes, whatever the host.
        "http://user@public.example/", "http://user:secret@public.example/", "http://public.example@127.0.0.1/",
        "http://public.example:80@169.254.169.254/", "http://:x@public.example/",
        "ftp://public.example/", "file:///etc/passwd", "file://public.example/share", "gopher://public.example/", "data:text/plain,hi",
        "ws://public.example/",
        "javascript:alert(1)", "unix:/var/run/docker.sock", "/etc/passwd", "public.example/a.png", "//public.example/a.png",
    ];

    [Theory]
    [MemberData(nameof(RefusedUrls))]
    public async Task A_url_that_leads_inside_is_blocked_before_anything_is_dialed(string url)
    {
        await using var rig = await FetchRig.StartAsync(context => context.Response.WriteAsync("inside"));
        rig.Name("private.example", "10.1.2.3");
        rig.Name("private.example.", "10.1.2.3");
        rig.Name("mixed.example", "93.184.216.34,192.168.0.7");
        rig.Name("metadata.example", "169.254.169.254");
        rig.Name("mapped.example", "::ffff:127.0.0.1");

        var blocked = Assert.IsType<Blocked>(await rig.GetAsync(url));

        Assert.Empty(rig.Dialed);
        Assert.Empty(rig.Requests);
        Assert.DoesNotMatch(@"\d", blocked.Detail);
    }

    // Whether these are URLs, and whether they resolve, depends on the platform; none of them may get anywhere.
    [Theory]
    [InlineData("http://localhost./")]
    [InlineData("http://ⓛocalhost/")]
    [InlineData("http://①②⑦.⓪.⓪.①/")]
    [InlineData("http://１２７.０.０.１/")]
    [InlineData("http://%31%32%37.0.0.1/")]
    [InlineData("http://127%2e0%2e0%2e1/")]
    [InlineData("http://127.0.0.1%00.public.example/")]
    [InlineData("http://127.0.0.1\\@public.example/")]
    [InlineData("http://256.1.1.1/")]
    [InlineData("http://127.0.0.0x1g/")]
    [InlineData("http://0x100000001/")]
    [InlineData("http://[::ffff:127.1]/")]
    [InlineData("http:///127.0.0.1/")]
    [InlineData("http:127.0.0.1/")]
    public async Task A_crooked_spelling_gets_nowhere(string url)
    {
        if (!Uri.TryCreate(url, UriKind.RelativeOrAbsolute, out var parsed))
        {
            return;
        }

        await using var rig = await FetchRig.StartAsync(context => context.Response.WriteAsync("inside"));
        Assert.IsNotType<Opened>(await rig.Fetch.FetchAsync(parsed, FetchRig.Limits, TestContext.Current.CancellationToken));
        Assert.Empty(rig.Dialed);
    }

    [Theory]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://private.example/")]
    [InlineData("//private.example/")]
    [InlineData("http://user:secret@public.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://public.example/")]
    public async Task A_redirect_that_leads_inside_is_blocked(string location)
    {
        await using var rig = await FetchRig.StartAsync(context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        rig.Name("private.example", "10.1.2.3");

        var blocked = Assert.IsType<Blocked>(await rig.GetAsync("http://public.example/start"));

        Assert.Equal(FetchRig.Public, Assert.Single(rig.Dialed).Address);
        Assert.Single(rig.Requests);
        Assert.DoesNotMatch(@"\d|private", blocked.Detail);
    }

    [Fact]
    public async Task A_name_that_turns_private_between_two_hops_is_blocked()
    {
        await using var rig = await FetchRig.StartAsync(context =>
        {
            context.Response.Headers.Connection = "close";
            context.Response.Redirect("/again");
            return Task.CompletedTask;
        });
        rig.Name("rebinding.example", "93.184.216.34", "127.0.0.1");
        Assert.IsType<Blocked>(await rig.GetAsync("http://rebinding.example/"));
        Assert.Single(rig.Dialed);
    }

    [Fact]
    public async Task The_address_that_was_checked_is_the_one_that_is_dialed()
    {
        await using var rig = await FetchRig.StartAsync(context => context.Response.WriteAsync("hello"));
        rig.Name("rebinding.example", "::ffff:93.184.216.34", "127.0.0.1");
        var opened = Assert.IsType<Opened>(await rig.GetAsync("http://rebinding.example:81/"));
        await opened.Content.DisposeAsync();
        Assert.Equal(new(FetchRig.Public, 81), Assert.Single(rig.Dialed));
    }

    [Fact]
    public async Task The_next_address_is_tried_when_one_is_down()
    {
        await using var rig = await FetchRig.StartAsync(context => context.Response.WriteAsync("hello"));
        rig.Name("public.example", "8.8.8.8,93.184.216.34");
        var opened = Assert.IsType<Opened>(await rig.GetAsync("http://public.example/"));
        await opened.Content.DisposeAsync();
        Assert.Equal(2, rig.Dialed.Count);
    }

    [Fact]
    public async Task Private_addresses_are_fetched_where_a_developer_allows_it_but_never_the_metadata_service()
    {
        await using var rig = await FetchRig.StartAsync(context => context.Response.WriteAsync("hello"));
        var cancellation = TestContext.Current.CancellationToken;
        var opened = Assert.IsType<Opened>(await rig.FetchLocal.FetchAsync(rig.Local, FetchRig.Limits, cancellation));
        await opened.Content.DisposeAsync();
        Assert.IsType<Blocked>(await rig.FetchLocal.FetchAsync(new("http://169.254.169.254/"), FetchRig.Limits, cancellation));
    }
}
