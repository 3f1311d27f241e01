using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ComfyFunc.Tests.Standalone;

namespace ComfyFunc.Tests.Functions;

/// <summary>What the Functions host is told by a worker that does not start: a line, which names what to change.</summary>
public sealed partial class WorkerStartTests(AzuriteFixture azurite) : IDisposable
{
    private const string Connection = "AccountName=devstoreaccount1;AccountKey=c2VjcmV0;"
        + "BlobEndpoint=http://127.0.0.1:{0}/devstoreaccount1;TableEndpoint=http://127.0.0.1:{0}/devstoreaccount1";

    private readonly TemporaryFolder folder = new();
    private readonly TcpListener silent = new(IPAddress.Loopback, 0); // Takes connections and never answers, as a host or as storage.

    public void Dispose()
    {
        silent.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("ComfyFunc__Retension=7.00:00:00", "ComfyFunc:Retension is no setting. Did you mean 'Retention'?")]
    [InlineData("AzureWebJobsStorage__accountName=account1",
        "AzureWebJobsStorage cannot be used. Storage is what AzureWebJobsStorage says, or AzureWebJobsStorage__accountName, or ")]
    public async Task Settings_are_read_as_strictly_as_elsewhere(string setting, string line)
    {
        var (name, value) = (setting.Split('=')[0], setting.Split('=')[1]);
        (await StartAsync("AzureWebJobsStorage", "UseDevelopmentStorage=true", (name, value))).AssertRefused($"error: {line}");
    }

    [Theory]
    [InlineData("Storage__ConnectionString", "Storage:ConnectionString")]
    [InlineData("AzureWebJobsStorage", "AzureWebJobsStorage")]
    public async Task Storage_that_is_nowhere_is_named(string variable, string setting)
    {
        var run = await StartAsync(variable, ConnectionTo(1));
        run.AssertRefused($"error: {setting}: http://127.0.0.1:1/devstoreaccount1 does not answer: Connection refused.");
        Assert.DoesNotContain("c2VjcmV0", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_never_answers_is_waited_for_in_bounds()
    {
        silent.Start();
        (await StartAsync("Storage__ConnectionString", ConnectionTo(((IPEndPoint)silent.LocalEndpoint).Port))).AssertRefused(
            $"error: Storage:ConnectionString: http://{silent.LocalEndpoint}/devstoreaccount1 does not answer: it took too long.");
    }

    [Fact]
    public async Task A_key_that_storage_refuses_is_named_and_not_shown()
    {
        var wrong = Convert.ToBase64String(new byte[64]);
        var run = await StartAsync("Storage__ConnectionString",
            AccountKey.Replace((await azurite.NewStorageAsync()).ConnectionString!, $"AccountKey={wrong}"));
        run.AssertRefused("error: Storage:ConnectionString: http://127.0.0.1:");
        Assert.Contains(" refuses access (AuthorizationFailure). Correct the key", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, run.Output + run.Errors, StringComparison.Ordinal);
    }

    private async Task<StandaloneRun> StartAsync(string variable, string connection, params (string Name, string Value)[] others)
    {
        silent.Start();
        var environment = new Dictionary<string, string>
        {
            [variable] = connection,
            ["Functions__Worker__HostEndpoint"] = $"http://{silent.LocalEndpoint}",
            ["Functions__Worker__WorkerId"] = "worker",
            ["Functions__Worker__RequestId"] = "request",
            ["Functions__Worker__GrpcMaxMessageLength"] = $"{int.MaxValue}",
        };
        foreach (var (name, value) in others)
        {
            environment[name] = value;
        }

        return await StandaloneRun.StartAsync(folder.FullName, [], environment, "ComfyFunc.Functions.dll");
    }

    private static string ConnectionTo(int port) => Connection.Replace("{0}", $"{port}", StringComparison.Ordinal);

    [GeneratedRegex("AccountKey=[^;]*")]
    private static partial Regex AccountKey { get; }
}
