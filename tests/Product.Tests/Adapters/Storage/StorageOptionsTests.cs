using System.ComponentModel.DataAnnotations;
using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class StorageOptionsTests
{
    [Fact]
    public void A_connection_string_or_an_account_is_enough()
    {
        Assert.Empty(FaultsOf(new() { ConnectionString = "UseDevelopmentStorage=true" }));
        Assert.Empty(FaultsOf(new() { AccountName = "account1" }));
    }

    [Fact]
    public void Every_fault_is_named_at_once() =>
        Assert.Equal(3, FaultsOf(new() { Container = "Not OK", TablePrefix = "1x" }).Count);

    [Theory]
    [InlineData("ab")]
    [InlineData("a--b")]
    [InlineData("-ab")]
    [InlineData("Abc")]
    public void A_container_that_azure_would_refuse_is_refused(string container) =>
        Assert.Single(FaultsOf(new() { AccountName = "account1", Container = container }));

    [Fact]
    public void Both_ways_at_once_are_refused() =>
        Assert.Single(FaultsOf(new() { AccountName = "account1", ConnectionString = "UseDevelopmentStorage=true" }));

    [Fact]
    public void The_uris_of_both_services_name_an_account_and_one_alone_does_not()
    {
        var (blobs, tables) = (new Uri("https://a.blob.core.windows.net"), new Uri("https://a.table.core.windows.net"));
        Assert.Empty(FaultsOf(new() { BlobServiceUri = blobs, TableServiceUri = tables }));
        Assert.Contains("belong together", Assert.Single(FaultsOf(new() { BlobServiceUri = blobs })).ErrorMessage,
            StringComparison.Ordinal);
        Assert.Contains("belong together", Assert.Single(FaultsOf(new() { TableServiceUri = tables })).ErrorMessage,
            StringComparison.Ordinal);
        Assert.Single(
            FaultsOf(new() { BlobServiceUri = blobs, TableServiceUri = tables, ConnectionString = "UseDevelopmentStorage=true" }));
        Assert.Single(FaultsOf(new() { BlobServiceUri = blobs, TableServiceUri = tables, AccountName = "account1" }));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("http://a.blob.core.windows.net")]
    [InlineData("https://a.blob.core.windows.net/?sv=1&sig=x")]
    [InlineData("https://user:word@a.blob.core.windows.net")]
    public void A_uri_that_no_identity_can_use_is_refused(string uri)
    {
        var (wrong, right) = (new Uri(uri, UriKind.RelativeOrAbsolute), new Uri("https://a.example"));
        Assert.Equal([nameof(StorageOptions.BlobServiceUri)],
            Assert.Single(FaultsOf(new() { BlobServiceUri = wrong, TableServiceUri = right })).MemberNames);
        Assert.Equal([nameof(StorageOptions.TableServiceUri)],
            Assert.Single(FaultsOf(new() { BlobServiceUri = right, TableServiceUri = wrong })).MemberNames);
    }

    [Fact]
    public void A_connection_string_is_a_connection() =>
        Assert.Equal("UseDevelopmentStorage=true", Read("J=UseDevelopmentStorage=true").ConnectionString);

    [Fact]
    public void An_account_and_an_identity_are_a_connection()
    {
        var read = Read("J__accountName=account1", "J__credential=managedidentity", "J__clientId=id");
        Assert.Equal(("account1", "id"), (read.AccountName, read.ManagedIdentityClientId));
    }

    [Fact]
    public void The_uris_of_the_services_are_a_connection_and_names_stay_as_they_were()
    {
        var read = Read("J=", "J__accountName=", "J__credential=managedidentity", "J__blobServiceUri=https://a.blob.x",
            "J__tableServiceUri=https://a.table.x", "J__queueServiceUri=https://a.queue.x");
        Assert.Equal((new Uri("https://a.blob.x"), new Uri("https://a.table.x")), (read.BlobServiceUri, read.TableServiceUri));
        Assert.Equal(("known", "mine"), (read.ManagedIdentityClientId, read.Container));
    }

    [Theory]
    [InlineData("belong together", "J__blobServiceUri=https://a.blob.x")]
    [InlineData("belong together", "J__tableServiceUri=https://a.table.x")]
    [InlineData("belong together", "J__blobServiceUri=https://a.blob.x", "J__tableServiceUri=")]
    [InlineData("needs either", "J__queueServiceUri=https://a.queue.x")]
    [InlineData("needs either", "J=UseDevelopmentStorage=true", "J__blobServiceUri=https://a.blob.x",
        "J__tableServiceUri=https://a.table.x")]
    [InlineData("needs either", "J__accountName=account1", "J__blobServiceUri=https://a.blob.x", "J__tableServiceUri=https://a.table.x")]
    [InlineData("BlobServiceUri is where", "J__blobServiceUri=nowhere", "J__tableServiceUri=https://a.table.x")]
    [InlineData("needs either")]
    public void A_connection_that_does_not_name_storage_is_refused_by_the_names_of_its_settings(string why, params string[] settings)
    {
        var message = Assert.Throws<InvalidOperationException>(() => Read(settings)).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.All(["J__accountName", "J__blobServiceUri", "J__tableServiceUri"],
            n => Assert.Contains(n, message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_section_of_the_application_has_the_uris_too()
    {
        var read = Configuration("Storage__BlobServiceUri=https://a.blob.x", "Storage__TableServiceUri=https://a.table.x")
            .GetSection("Storage").Get<StorageOptions>()!;
        Assert.Empty(FaultsOf(read));
        Assert.True(read.NamesAccount);
    }

    [Fact]
    public void The_clients_go_where_the_uris_say()
    {
        var clients =
            new StorageClients(new() { BlobServiceUri = new("https://b.example/"), TableServiceUri = new("https://t.example/") }, new(),
                new(TimeProvider.System));
        Assert.Equal(("b.example", "t.example"), (clients.Blobs.Uri.Host, clients.Tables.Uri.Host));
    }

    private static StorageOptions Read(params string[] settings) =>
        new StorageOptions { ManagedIdentityClientId = "known", Container = "mine" }.OfConnection(Configuration(settings), "J");

    // As environment variables become settings.
    private static IConfigurationRoot Configuration(params string[] variables) => new ConfigurationBuilder().AddInMemoryCollection(
        variables.Select(v => v.Split('=', 2))
            .Select(v => KeyValuePair.Create(v[0].Replace("__", ":", StringComparison.Ordinal), (string?)v[1]))).Build();

    private static List<ValidationResult> FaultsOf(StorageOptions options) => [.. options.Validate(new(options))];
}
