namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class MemoryOverflowTests : OverflowContract
{
    private protected override Task<StorageServices> NewStorageAsync() => Task.FromResult(StorageServices.InMemory());
}

public sealed class AzureOverflowTests(AzuriteFixture azurite) : OverflowContract
{
    private protected override async Task<StorageServices> NewStorageAsync() => StorageServices.Of(await azurite.NewStorageAsync());
}

public sealed class EmbeddedOverflowTests : OverflowContract
{
    private protected override Task<StorageServices> NewStorageAsync() => StorageServices.EmbeddedAsync();
}
