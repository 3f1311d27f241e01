using System.Diagnostics;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Bench;

/// <summary>What it takes to sign a link to an output with the key that an account lends to an identity.</summary>
internal static class Links
{
    private const int Warming = 1_000;
    private const int Count = 20_000;

    public static async Task RunAsync()
    {
        var asked = 0;
        using var minter = new DelegationSasMinter(new BlobContainerClient(new Uri("https://account1.blob.core.windows.net/files")), Lend,
            TimeProvider.System);
        var took = new List<double>();
        for (var i = 0; i < Warming + Count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await minter.MintAsync($"runs/{i}/outputs/1/9/0", "picture.png", "image/png", DateTimeOffset.UtcNow.AddHours(1), default);
            if (i >= Warming)
            {
                took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        Console.WriteLine(
            $"a link: p50 {took.Quantile(0.5):0.000} ms, p99 {took.Quantile(0.99):0.000} ms ({Count}); key asked for {asked} times");

        Task<UserDelegationKey> Lend(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
        {
            asked++;
            var value = Convert.ToBase64String(new byte[32]);
            return Task.FromResult(
                BlobsModelFactory.UserDelegationKey("oid", "tid", "b", "2025-01-05", value, signedExpiresOn: until, signedStartsOn: from));
        }
    }
}
