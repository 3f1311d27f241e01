namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class MemoryDocumentTableTests : DocumentTableContract
{
    private protected override Task<StorageServices> NewStorageAsync() => Task.FromResult(StorageServices.InMemory());
}

public sealed class AzureDocumentTableTests(AzuriteFixture azurite) : DocumentTableContract
{
    private protected override async Task<StorageServices> NewStorageAsync() => StorageServices.Of(await azurite.NewStorageAsync());
}

public sealed class EmbeddedDocumentTableTests : DocumentTableContract
{
    private protected override Task<StorageServices> NewStorageAsync() => StorageServices.EmbeddedAsync();
}
