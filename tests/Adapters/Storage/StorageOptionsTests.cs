using System.ComponentModel.DataAnnotations;
using ComfyFunc.Storage;

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

    private static List<ValidationResult> FaultsOf(StorageOptions options) => [.. options.Validate(new(options))];
}
