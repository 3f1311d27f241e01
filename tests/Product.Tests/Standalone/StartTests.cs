using System.Net;
using System.Net.Sockets;
using ComfyFunc.Adapters;

namespace ComfyFunc.Tests.Standalone;

/// <summary>What whoever starts the server is told when it does not start: a line, which names what to change.</summary>
public sealed class StartTests(AzuriteFixture azurite) : IDisposable
{
    private const string NoStorage =
        "AccountName=devstoreaccount1;AccountKey=c2VjcmV0;BlobEndpoint=http://127.0.0.1:1/devstoreaccount1;TableEndpoint=http://127.0.0.1:1/devstoreaccount1";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--urls nowhere", "urls is 'nowhere', but must be an address such as http://localhost:7071.")]
    [InlineData("--urls http://192.0.2.1:7079 --AllowAnonymous",
        "urls: this machine has no address 192.0.2.1. Choose one that it has, or localhost.")]
    [InlineData("--urls http://0.0.0.0:7079",
        "urls: http://0.0.0.0:7079 can be reached from other machines, and calls need no key. Bind to localhost, give callers keys "
            + "(ComfyFunc:Callers), or set AllowAnonymous=true where a network of your own keeps strangers out.")]
    [InlineData("--Kestrel:Endpoints:Web:Url http://*:7079",
        "Kestrel:Endpoints:Web:Url: http://*:7079 can be reached from other machines, and calls need no key. Bind to localhost, give "
            + "callers keys (ComfyFunc:Callers), or set AllowAnonymous=true where a network of your own keeps strangers out.")]
    [InlineData("--Storage:ConnectionString UseDevelopment",
        "Storage:ConnectionString cannot be used. ConnectionString is what the portal shows, such as "
            + "AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net, or UseDevelopmentStorage=true.")]
    [InlineData("--Storage:ConnectionString " + NoStorage,
        "Storage:ConnectionString: http://127.0.0.1:1/devstoreaccount1 does not answer: Connection refused. Start it, or correct the "
            + "setting.")]
    [InlineData("--Kestrel:Certificates:Default:Path file --urls https://127.0.0.1:7079",
        "Kestrel:Certificates:Default:Path: file cannot be read as a certificate: ")]
    [InlineData("--Kestrel:Certificates:Default:Path none.pfx --urls https://127.0.0.1:7079",
        "Kestrel:Certificates:Default:Path: none.pfx cannot be read as a certificate: ")]
    [InlineData("--ComfyFunc:Quotas:0:RunsPerDay lots",
        "ComfyFunc:Quotas:0:RunsPerDay is 'lots', but must be a whole number from 1 to 100000000.")]
    [InlineData("--ComfyFunc:Callers:0:Role=", "ComfyFunc:Callers:0:Role is empty, but must be Host, Run, Author or Admin.")]
    [InlineData("--Data file/inside", "Data: nothing can be written to the folder ")]
    [InlineData("dmo", "'dmo' is no command. Did you mean 'demo'? See --help.")]
    [InlineData("--Dat x", "--Dat is no setting. Did you mean --Data? See --help.")]
    public async Task A_start_that_fails_is_a_line(string args, string line)
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "file"), "no certificate", TestContext.Current.CancellationToken);
        (await StandaloneRun.StartAsync(folder.FullName, ["--Logging:LogLevel:Default=Warning", .. args.Split(' ')])).AssertRefused(line);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        (await StandaloneRun.StartAsync(folder.FullName, ["--urls", $"http://localhost:{port}"])).AssertRefused(
            $"urls: port {port} is taken by another program. Stop that, or choose another port: --urls http://localhost:{port + 1}");
    }

    [Fact]
    public async Task A_key_that_storage_refuses_is_named_and_not_shown()
    {
        var storage = await azurite.NewStorageAsync();
        var wrong = Convert.ToBase64String(new byte[64]);
        var refused = await StandaloneRun.StartAsync(folder.FullName, [], new Dictionary<string, string>
        {
            ["Storage__ConnectionString"] = System.Text.RegularExpressions.Regex.Replace(storage.ConnectionString!, "AccountKey=[^;]*",
                $"AccountKey={wrong}"),
            ["urls"] = "http://127.0.0.1:0",
        });

        refused.AssertRefused("Storage:ConnectionString: http://127.0.0.1:");
        Assert.Contains(" refuses access (AuthorizationFailure). Correct the key", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_somebody_else_is_left_alone()
    {
        var data = Directory.CreateDirectory(Path.Combine(folder.FullName, ".data"));
        await File.WriteAllTextAsync(Path.Combine(data.FullName, "comfyfunc.db"), new string('x', 5000), TestContext.Current.CancellationToken);
        (await StandaloneRun.StartAsync(folder.FullName, ["--urls", "http://127.0.0.1:0"])).AssertRefused(
            $"Data: {Path.Combine(data.FullName, "comfyfunc.db")} is damaged, or no database: ");
    }

    [Fact]
    public async Task Settings_of_the_environment_are_read_as_strictly() =>
        (await StandaloneRun.StartAsync(folder.FullName, [],
            new Dictionary<string, string>
            {
                ["ComfyFunc__Callers__0__Client"] = "a",
                ["ComfyFunc__Callers__0__Key"] = new('k', 30),
                ["ComfyFunc__Callers__0__Role"] = "King"
            })).AssertRefused(
        "ComfyFunc:Callers:0:Role is 'King', but must be Host, Run, Author or Admin.");

    [Fact]
    public async Task The_version_is_said()
    {
        var said = await StandaloneRun.StartAsync(folder.FullName, ["--version"]);
        Assert.Equal((0, Product.Version), (said.ExitCode, said.Output.Trim()));
    }

    [Fact]
    public async Task Help_names_every_word()
    {
        var said = await StandaloneRun.StartAsync(folder.FullName, ["--help"]);
        Assert.Equal((0, ""), (said.ExitCode, said.Errors));
        Assert.All(["demo", "--urls", "--Data", "--MaxDataBytes", "--AllowAnonymous", "--version"],
            w => Assert.Contains(w, said.Output, StringComparison.Ordinal));
    }
}
