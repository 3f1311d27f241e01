using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ComfyFunc.Tests.Azurite;

/// <summary>Reads what the emulator prints: the ports it took, and its last words if it fails.</summary>
internal sealed partial class AzuriteOutput(ILogger logger)
{
    private readonly TaskCompletionSource<AzuritePorts> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private AzuritePorts ports;
    private string lastError = "";

    public Task<AzuritePorts> Listening => listening.Task;

    public void Attach(Process process)
    {
        process.OutputDataReceived += (_, e) => ReadLine(e.Data);
        process.ErrorDataReceived += (_, e) => ReadError(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public void Ended(int exitCode)
    {
        lock (gate)
        {
            listening.TrySetException(new InvalidOperationException($"Azurite ended with code {exitCode}. {lastError}".TrimEnd()));
        }
    }

    private void ReadLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        AzuritePrinted(logger, line);
        if (ListeningLine.Match(line) is not { Success: true } match)
        {
            return;
        }

        var port = int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture);
        lock (gate)
        {
            ports = match.Groups["service"].Value switch
            {
                "Blob" => ports with { Blob = port },
                "Queue" => ports with { Queue = port },
                _ => ports with { Table = port },
            };
            if (ports is { Blob: > 0, Queue: > 0, Table: > 0 })
            {
                listening.TrySetResult(ports);
            }
        }
    }

    private void ReadError(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (gate)
        {
            lastError = line;
        }

        AzuriteComplained(logger, line);
    }

    [GeneratedRegex(@"^Azurite (?<service>Blob|Queue|Table) service is successfully listening at https?://.*:(?<port>\d+)$")]
    private static partial Regex ListeningLine { get; }

    [LoggerMessage(1, LogLevel.Debug, "Azurite printed: {Line}")]
    private static partial void AzuritePrinted(ILogger logger, string line);

    [LoggerMessage(2, LogLevel.Warning, "Azurite complained: {Line}")]
    private static partial void AzuriteComplained(ILogger logger, string line);
}
