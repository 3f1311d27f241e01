using System.Diagnostics;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>Hosts as processes: beginnings and ends.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public async Task A_host_whose_port_is_taken_does_not_start()
    {
        await using var rig = await SimRig.StartAsync();
        await Assert.ThrowsAsync<IOException>(() => SimulatedHost.StartAsync(new() { Port = rig.Host.Url.Port }, Deadline.Token));
        await rig.GetAsync("queue");
    }

    [Fact]
    public async Task A_folder_that_was_given_is_kept_and_one_that_was_not_is_not()
    {
        using var folder = new TemporaryFolder();
        await using (var rig = await SimRig.StartAsync(new() { Speed = 0, BaseDirectory = folder.FullName }))
        {
            await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync());
        }

        Assert.True(File.Exists(Path.Combine(folder.FullName, "output", "t_00001_.png")));
    }

    [Fact]
    public async Task Several_hosts_live_side_by_side()
    {
        await using var one = await SimRig.StartAsync();
        await using var other = await SimRig.StartAsync();
        Assert.NotEqual(one.Host.Url, other.Host.Url);
        await one.RunAsync(Graphs.Picture(), await one.ListenAsync());
        Assert.Equal("{}", (await other.GetAsync("history")).GetRawText());
    }

    [Fact]
    public async Task The_program_serves_until_it_is_told_to_stop()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Signals are sent by the kill program.");
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "ComfyFunc.ComfySim.dll"), "--port", "0",
                "--instant"])
        { RedirectStandardOutput = true };
        using var program = Process.Start(start)!; // It is no shell command.
        try
        {
            var line = await program.StandardOutput.ReadLineAsync(Deadline.Token);
            var url = line!.Split(' ').First(w => w.StartsWith("http", StringComparison.Ordinal));
            using var http = new HttpClient { BaseAddress = new(url) };
            Assert.Contains("queue_running", await http.GetStringAsync(new Uri("queue", UriKind.Relative), Deadline.Token),
                StringComparison.Ordinal);

            using var kill = Process.Start("kill", ["-TERM", $"{program.Id}"]);
            await program.WaitForExitAsync(Deadline.Token);
            Assert.Equal(0, program.ExitCode);
        }
        finally
        {
            if (!program.HasExited)
            {
                program.Kill();
            }
        }
    }
}
