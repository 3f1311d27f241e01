using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Web;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Api.Description;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Console;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Stats;
using ComfyFunc.Server.Sync;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Server.Usage;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Server.Workflows;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ComfyFunc.Server;

/// <summary>Registers the application. A host adds storage and a driver of its own.</summary>
public static class ServerRegistration
{
    /// <exception cref="SettingsException">The settings cannot be taken as they are.</exception>
    public static IServiceCollection AddComfyFunc(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(configuration);
        services.TryAddSingleton(SettingsReader.ReadComfyFunc(configuration.GetSection(ComfyFuncOptions.Section)).Demand());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Pulse>();
        services.AddInstruments();
        services.TryAddSingleton<SecretKey>();
        services.TryAddSingleton<Sealer>();
        services.TryAddSingleton<HostDoors>();
        services.TryAddSingleton<ExtraData>();
        services.AddCompression();
        services.AddComfy();
        services.AddGuardedFetch(s => new FetchOptions { AllowPrivate = s.GetRequiredService<ComfyFuncOptions>().AllowPrivateInputUrls });
        services.AddGuardedPost(s => s.GetRequiredService<ComfyFuncOptions>().AllowPrivateWebhooks);
        services.AddLinks();
        return services.AddWorkflows().AddRuns().AddPool().AddProcesses().AddWebhooks().AddEndpoints().AddObservers();
    }

    private static void AddInstruments(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton<Instruments>();
        services.TryAddSingleton<Traces>();
        services.AddHostedService<StorageMetrics>();
        services.AddHostedService<PoolMetrics>();
        services.TryAddSingleton<RunTraces>();
        services.TryAddSingleton<RunMetrics>();
    }

    // Storage that signs links itself serves them itself.
    private static void AddLinks(this IServiceCollection services)
    {
        services.TryAddSingleton<ServedLinks>();
        services.TryAddSingleton(s =>
            s.GetService<StorageLinks>() is { } own && s.GetRequiredService<ComfyFuncOptions>().Links is not LinkKind.Proxy ? own.Minter
            : s.GetRequiredService<ServedLinks>());
    }

    // In the order in which they are told: who waits for a run first.
    private static IServiceCollection AddObservers(this IServiceCollection services) =>
        services.AddObserver<RunAnnouncer>().AddObserver<Outbox>().AddObserver<RunEnds>().AddObserver<UsageMeter>()
            .AddObserver<StatsMeter>().AddObserver<ResultCache>().AddObserver<ProgressRows>().AddObserver<EventFeed>()
            .AddObserver<WarmUpVerdict>().AddObserver<EndRecorder>();

    private static IServiceCollection AddObserver<T>(this IServiceCollection services) where T : class, IRunObserver
    {
        services.TryAddSingleton<T>();
        return services.AddSingleton<IRunObserver>(s => s.GetRequiredService<T>());
    }

    private static IServiceCollection AddWorkflows(this IServiceCollection services)
    {
        services.TryAddSingleton<WorkflowStore>();
        services.TryAddSingleton<SourceReader>();
        services.TryAddSingleton<PublishBell>();
        services.TryAddSingleton<WorkflowSaving>();
        services.TryAddSingleton<RunnableHosts>();
        return services;
    }

    private static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.TryAddSingleton<RunPlaces>();
        services.TryAddSingleton<RunStore>();
        services.TryAddSingleton<RunEntry>();
        services.TryAddSingleton<CallBinder>();
        services.TryAddSingleton<RunIntake>();
        services.TryAddSingleton<RunRepeat>();
        services.TryAddSingleton<CallExplainer>();
        services.TryAddSingleton<CallStart>();
        services.TryAddSingleton<KeyedCalls>();
        services.TryAddSingleton<RunEventStream>();
        services.TryAddSingleton<Uploads>();
        services.TryAddSingleton<CallBody>();
        services.AddEndpoints<UploadEndpoints>();
        services.TryAddSingleton<OwnOutputs>();
        services.TryAddSingleton<InputFiles>();
        services.TryAddSingleton<RunPrompts>();
        services.TryAddSingleton<RunExecutor>();
        services.TryAddSingleton<SlotFinder>();
        services.TryAddSingleton<Placer>();
        services.TryAddSingleton<RunQueue>();
        services.TryAddSingleton<RunCommands>();
        services.TryAddSingleton<RunObservers>();
        services.TryAddSingleton(s => new Lazy<RunExecutor>(s.GetRequiredService<RunExecutor>));
        services.TryAddSingleton<RunLoops>();
        services.TryAddSingleton<IRunSignals>(s => s.GetRequiredService<IRunDriver>());
        services.TryAddSingleton<Submitter>();
        services.TryAddSingleton<Collector>();
        services.TryAddSingleton<Doubts>();
        services.TryAddSingleton<AwaitedFiles>();
        services.TryAddSingleton<ArtifactCopier>();
        services.TryAddSingleton<CacheNodeBook>();
        services.TryAddSingleton<ProgressBoard>();
        services.TryAddSingleton<PreviewBoard>();
        services.TryAddSingleton<SocketPictures>();
        services.TryAddSingleton<Renditions>();
        services.TryAddSingleton<OutputBundle>();
        services.AddEndpoints<OutputEndpoints>();
        services.AddEndpoints<FileEndpoints>();
        services.TryAddSingleton<EndsBell>();
        services.TryAddSingleton<EndsListener>();
        services.AddHostedService(s => s.GetRequiredService<EndsListener>());
        services.TryAddSingleton<RunFollowers>();
        services.TryAddSingleton<ProgressPublisher>();
        services.AddHostedService(s => s.GetRequiredService<ProgressPublisher>());
        services.TryAddSingleton<RunProgress>();
        services.TryAddSingleton<QueuePlaces>();
        services.TryAddSingleton<KeptPictures>();
        services.TryAddSingleton<RunWaiter>();
        services.TryAddSingleton<OutputLinks>();
        services.TryAddSingleton<RunResource>();
        services.TryAddSingleton<RunRemoval>();
        services.TryAddSingleton<RunChanges>();
        services.AddHostedService(s => s.GetRequiredService<EventFeed>());
        services.TryAddSingleton<EventStream>();
        services.AddEndpoints<EventEndpoints>();
        services.TryAddSingleton<RunRescue>();
        services.TryAddSingleton<RunCare>();
        return services;
    }

    private static IServiceCollection AddPool(this IServiceCollection services)
    {
        services.TryAddSingleton<HostStore>();
        services.TryAddSingleton<HostCatalogs>();
        services.TryAddSingleton<HostCatalogSweep>();
        services.TryAddSingleton<HostConnections>();
        services.TryAddSingleton<HostProbe>();
        services.TryAddSingleton<CatalogWatch>();
        services.AddHostedService(s => s.GetRequiredService<CatalogWatch>());
        services.TryAddSingleton<HostHealth>();
        services.TryAddSingleton<HostSentinel>();
        services.TryAddSingleton<HostSights>();
        services.TryAddSingleton<HostResource>();
        services.TryAddSingleton<WarmUps>();
        services.TryAddSingleton<IWarmUps>(s => s.GetRequiredService<WarmUps>());
        services.TryAddSingleton<RunCatalogs>();
        services.TryAddSingleton<RunCatalogSweep>();
        services.TryAddSingleton<LiveWorkflows>();
        services.TryAddSingleton<PendingStore>();
        services.TryAddSingleton<Capabilities>();
        services.TryAddSingleton<INodeReplacements, HostReplacements>();
        services.TryAddSingleton<PromptWatch>();
        services.TryAddSingleton<PromptEnds>();
        services.TryAddSingleton<IPromptEnds>(s => s.GetRequiredService<PromptEnds>());
        services.TryAddSingleton<DispatchBell>();
        services.TryAddSingleton<Quiet>();
        services.TryAddSingleton<LeaseSweep>();
        services.AddHostedService<StoragePreparation>();
        services.TryAddSingleton<HostRoster>();
        services.TryAddSingleton<HostLooks>();
        services.TryAddSingleton<HeardPictures>();
        services.TryAddSingleton<HostNews>();
        services.TryAddSingleton<HostMonitor>();
        services.AddHostedService(s => s.GetRequiredService<HostMonitor>());
        services.TryAddSingleton<Dispatcher>();
        services.AddHostedService(s => s.GetRequiredService<Dispatcher>());
        services.TryAddSingleton<PublishedGraphs>();
        services.TryAddSingleton<HostSyncStore>();
        services.TryAddSingleton<IHostSync, SyncStates>();
        services.TryAddSingleton<HostSyncing>();
        services.TryAddSingleton<SyncService>();
        services.AddHostedService(s => s.GetRequiredService<SyncService>());
        services.TryAddSingleton<Sweeps>();
        services.TryAddSingleton<SweepTimer>();
        services.TryAddSingleton<Sweeper>();
        return services;
    }

    private static IServiceCollection AddProcesses(this IServiceCollection services)
    {
        services.TryAddSingleton<StorageMeter>();
        services.TryAddSingleton<RunsInHand>();
        services.TryAddSingleton<SweepLog>();
        services.TryAddSingleton<ProcessStore>();
        services.TryAddSingleton<ProcessBeat>();
        services.AddHostedService(s => s.GetRequiredService<ProcessBeat>());
        services.TryAddSingleton<SelfTest>();
        services.TryAddSingleton<StorageProbe>();
        services.TryAddSingleton<Takeover>();
        services.AddHostedService(s => s.GetRequiredService<Takeover>());
        return services;
    }

    private static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.TryAddSingleton<WebhookStore>();
        services.TryAddSingleton(s => s.GetRequiredService<ComfyFuncOptions>().EventGrid is { Endpoint: { } endpoint } grid
            ? new EventGridPublisher(new EventGridTopic(endpoint, grid.Key)) : new EventGridPublisher(null));
        services.TryAddSingleton<OutboxBell>();
        services.TryAddSingleton<WebhookSender>();
        services.AddHostedService(s => s.GetRequiredService<WebhookSender>());
        return services;
    }

    private static IServiceCollection AddEndpoints(this IServiceCollection services)
    {
        services.TryAddSingleton<BatchStore>();
        services.TryAddSingleton<BatchBell>();
        services.TryAddSingleton<BatchFeeder>();
        services.AddHostedService(s => s.GetRequiredService<BatchFeeder>());
        services.TryAddSingleton<BatchResource>();
        services.AddEndpoints<BatchEndpoints>();
        services.AddEndpoints<BatchResultEndpoints>();
        services.TryAddSingleton<UsageStore>();
        services.AddHostedService(s => s.GetRequiredService<UsageMeter>());
        services.TryAddSingleton<Quotas>();
        services.AddEndpoints<UsageEndpoints>();
        services.TryAddSingleton<StatsStore>();
        services.AddHostedService(s => s.GetRequiredService<StatsMeter>());
        services.AddEndpoints<StatsEndpoints>();
        services.TryAddSingleton<CatalogSweeps>();
        services.TryAddSingleton<Housekeeping>();
        services.TryAddSingleton<KeyStore>();
        services.TryAddSingleton<Gate>();
        services.TryAddSingleton<PageGuard>();
        services.TryAddSingleton<AllowedOrigins>();
        services.TryAddSingleton<PublicAddress>();
        services.TryAddSingleton<ProblemLog>();
        services.TryAddSingleton<ApiPipeline>();
        services.AddEndpoints<KeyEndpoints>();
        services.AddEndpoints<WorkflowEndpoints>();
        services.AddEndpoints<AliasEndpoints>();
        services.AddEndpoints<ConvertEndpoints>();
        services.TryAddSingleton<RunLinks>();
        services.TryAddSingleton<RunAnswers>();
        services.AddEndpoints<CallEndpoints>();
        services.AddEndpoints<LinkEndpoints>();
        services.AddEndpoints<RunEndpoints>();
        services.AddEndpoints<HostEndpoints>();
        services.AddEndpoints<HostSpeechEndpoints>();
        services.AddEndpoints<PoolEndpoints>();
        services.TryAddSingleton<QueueLooks>();
        services.AddEndpoints<QueueEndpoints>();
        services.AddEndpoints<WebhookEndpoints>();
        services.AddEndpoints<DeliveryEndpoints>();
        services.TryAddSingleton<WrittenDescriptions>();
        services.AddEndpoints<DescriptionEndpoints>();
        services.AddEndpoints<HealthEndpoints>();
        services.AddEndpoints<ConsoleEndpoints>();
        services.AddEndpoints<MeEndpoints>();
        services.AddSingleton(new SettingsSection(ComfyFuncOptions.Section, new ComfyFuncOptions()));
        services.AddSingleton(new SettingsSection(SettingsReader.StorageSection, new StorageOptions()));
        services.TryAddSingleton<SettingsInForce>();
        services.AddEndpoints<SettingsEndpoints>();
        return services;
    }
}
