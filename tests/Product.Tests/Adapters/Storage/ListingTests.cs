namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class MemoryListingTests : ListingContract
{
    private protected override Task<StorageServices> NewStorageAsync() => Task.FromResult(StorageServices.InMemory());
}

public sealed class AzureListingTests(AzuriteFixture azurite) : ListingContract
{
    private protected override async Task<StorageServices> NewStorageAsync() => StorageServices.Of(await azurite.NewStorageAsync());
}

public sealed class EmbeddedListingTests : ListingContract
{
    private protected override Task<StorageServices> NewStorageAsync() => StorageServices.EmbeddedAsync();
}
