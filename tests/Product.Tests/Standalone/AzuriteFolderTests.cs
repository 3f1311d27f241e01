using System.Diagnostics;
using System.Globalization;
using ComfyFunc.Tests.Azurite;

namespace ComfyFunc.Tests.Standalone;

public sealed class AzuriteFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_folder_is_free_only_after_the_emulator_of_a_dead_parent_has_ended()
    {
        // Throws when it cannot start.
        using var last = Process.Start(new ProcessStartInfo("node", ["-e", "process.stdin.resume()"]) { RedirectStandardInput = true })!;
        WritePid(last.Id);

        var claim = AzuriteFolder.ClaimAsync(folder.FullName, Cancellation);
        Assert.False(claim.IsCompleted);
        last.StandardInput.Close();

        using var claimed = await claim.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        Assert.True(last.HasExited);
        Assert.False(File.Exists(AzuriteFolder.PidFile(folder.FullName)));
    }

    [Fact]
    public async Task A_process_that_started_later_under_the_same_id_is_not_waited_for()
    {
        WritePid(Environment.ProcessId);
        using var self = Process.GetCurrentProcess();
        File.SetLastWriteTimeUtc(AzuriteFolder.PidFile(folder.FullName), self.StartTime.ToUniversalTime().AddMinutes(-1));
        using var claimed = await AzuriteFolder.ClaimAsync(folder.FullName, Cancellation);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("99999999")]
    public async Task A_file_that_names_no_process_is_in_nobodys_way(string text)
    {
        File.WriteAllText(AzuriteFolder.PidFile(folder.FullName), text);
        using var claimed = await AzuriteFolder.ClaimAsync(folder.FullName, Cancellation);
    }

    private void WritePid(int pid) => File.WriteAllText(AzuriteFolder.PidFile(folder.FullName), pid.ToString(CultureInfo.InvariantCulture));
}
