namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class MemoryBlobStoreTests : BlobStoreContract
{
    private protected override Task<StorageServices> NewStorageAsync() => Task.FromResult(StorageServices.InMemory());
}

public sealed class AzureBlobStoreTests(AzuriteFixture azurite) : BlobStoreContract
{
    private protected override async Task<StorageServices> NewStorageAsync() => StorageServices.Of(await azurite.NewStorageAsync());
}

public sealed class EmbeddedBlobStoreTests : BlobStoreContract
{
    private protected override Task<StorageServices> NewStorageAsync() => StorageServices.EmbeddedAsync();
}
