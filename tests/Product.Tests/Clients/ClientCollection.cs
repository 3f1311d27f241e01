using ComfyFunc.Tests.Acceptance;

namespace ComfyFunc.Tests.Clients;

/// <summary>
/// What stands between a person or a program and the API: the console, SDKs, generated clients. They take turns with one another, on an app
/// of their own beside the acceptance tests: browsers and compilers wait for other things than those do.
/// </summary>
[CollectionDefinition(nameof(ClientCollection))]
public sealed class ClientCollection : ICollectionFixture<AppFixture>, ICollectionFixture<DescribedApp>;
