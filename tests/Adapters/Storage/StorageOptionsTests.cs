using System.ComponentModel.DataAnnotations;
using ComfyFunc.Storage;
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
    public void Both_ways_at_once_are_refused() => Assert.Single(FaultsOf(new() { AccountName = "account1", ConnectionString = "x" }));

    [Fact]
    public void The_uris_of_both_services_name_an_account_and_one_alone_does_not()
    {
        var (blobs, tables) = (new Uri("https://a.blob.core.windows.net"), new Uri("https://a.table.core.windows.net"));
        Assert.Empty(FaultsOf(new() { BlobServiceUri = blobs, TableServiceUri = tables }));
        Assert.Contains("belong together", Assert.Single(FaultsOf(new() { BlobServiceUri = blobs })).ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("belong together", Assert.Single(FaultsOf(new() { TableServiceUri = tables })).ErrorMessage, StringComparison.Ordinal);
        Assert.Single(FaultsOf(new() { BlobServiceUri = blobs, TableServiceUri = tables, ConnectionString = "x" }));
        Assert.Single(FaultsOf(new() { BlobServiceUri = blobs, TableServiceUri = tables, AccountName = "account1" }));
    }

    [Fact]
    public void A_connection_of_the_functions_host_is_read_in_all_its_forms()
    {
        Assert.Equal("UseDevelopmentStorage=true", Read(("J", "UseDevelopmentStorage=true")).ConnectionString);
        Assert.Equal(("account1", "id"), Read(("J:accountName", "account1"), ("J:clientId", "id")) is var named ? (named.AccountName, named.ManagedIdentityClientId) : default);
        var uris = Read(("J:credential", "managedidentity"), ("J:blobServiceUri", "https://a.blob.x"), ("J:tableServiceUri", "https://a.table.x"), ("J:queueServiceUri", "https://a.queue.x"));
        Assert.Equal((new Uri("https://a.blob.x"), new Uri("https://a.table.x")), (uris.BlobServiceUri, uris.TableServiceUri));
        Assert.Equal("comfyfunc", uris.Container);
        Assert.Contains("J__blobServiceUri", Assert.Throws<InvalidOperationException>(() => Read(("J:blobServiceUri", "nowhere"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_clients_go_where_the_uris_say()
    {
        var clients = new StorageClients(new() { BlobServiceUri = new("https://b.example/"), TableServiceUri = new("https://t.example/") }, new());
        Assert.Equal(("b.example", "t.example"), (clients.Blobs.Uri.Host, clients.Tables.Uri.Host));
    }

    private static StorageOptions Read(params (string Name, string Value)[] settings) =>
        new StorageOptions().OfConnection(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build(), "J");

    private static List<ValidationResult> FaultsOf(StorageOptions options) => [.. options.Validate(new(options))];
}
