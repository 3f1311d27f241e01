using System.Security.Cryptography;
using Azure;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Standalone;
using Microsoft.AspNetCore.Connections;

namespace ComfyFunc.Tests.Standalone;

public class StartFailureTests
{
    private static readonly StorageOptions Account = new() { AccountName = "account1" };

    public static TheoryData<string, string> Failures { get; } = new()
    {
        { "unavailable",
            "Storage:AccountName: https://account1.blob.core.windows.net/ does not answer: Connection refused. Start it, or correct the "
                + "setting." },
        { "late", "Storage:AccountName: https://account1.blob.core.windows.net/ does not answer: it took too long. Start it, or correct "
            + "the setting." },
        { "hung", "Storage:AccountName: https://account1.blob.core.windows.net/ does not answer: it took too long. Start it, or correct "
            + "the setting." },
        { "forbidden",
            "Storage:AccountName: https://account1.blob.core.windows.net/ refuses access (AuthorizationFailure). Correct the key, or give "
                + "the identity the roles that docs/settings.md names." },
        { "odd", "Storage:AccountName: https://account1.blob.core.windows.net/ answered 409 AccountBeingCreated. Correct the setting." },
        { "taken", "urls: Failed to bind to address http://127.0.0.1:5: address already in use. Stop what uses it, or choose another: "
            + "--urls http://localhost:8080" },
        { "uncertified",
            "Kestrel:Certificates: Unable to configure HTTPS endpoint. No server certificate was specified. Set Path (and Password) of "
                + "Kestrel:Certificates:Default or of the endpoint to a certificate that can be read, or listen on http." },
        { "refused", "Do this." },
        { "wrapped", "Do this." },
        { "unforeseen", "ComfyFunc cannot start: One line. And another." },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Every_failure_is_a_line_that_says_what_to_do(string failure, string line) =>
        Assert.Equal([line], StartFailure.Describe(Thrown(failure), Account));

    [Theory]
    [InlineData("unavailable", "Connection refused.")]
    [InlineData("late", "it took too long.")]
    public void Without_an_account_it_is_the_data_folder(string failure, string reason) => Assert.Equal(
        [$"Data: the data folder cannot be used: {reason} Look after its disk, or choose another folder: --Data <folder>"],
        StartFailure.Describe(Thrown(failure), storage: null));

    private static Exception Thrown(string failure) => failure switch
    {
        "unavailable" =>
            new StorageUnavailableException("Storage did not answer.",
                new AggregateException(new IOException("x", new IOException("Connection refused")))),
        "late" => new OperationCanceledException(),
        "hung" => new StorageUnavailableException("Storage did not answer.", new TaskCanceledException("x", new IOException("Canceled"))),
        "forbidden" => new StorageRefusedException(403, "AuthorizationFailure"),
        "odd" => new RequestFailedException(409, "long text", "AccountBeingCreated", null),
        "taken" => new IOException("Failed to bind to address http://127.0.0.1:5: address already in use.",
            new AddressInUseException("in use")),
        "uncertified" => new InvalidOperationException("Unable to configure HTTPS endpoint. No server certificate was specified."),
        "refused" => new StartRefusedException("Do this."),
        "wrapped" => new AggregateException(new StartRefusedException("Do this.")),
        _ => new CryptographicUnexpectedOperationException("One line.\r\n\n  And another"),
    };
}
