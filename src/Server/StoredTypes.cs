using System.Text.Json.Serialization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Stats;
using ComfyFunc.Server.Sync;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Server.Usage;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server;

/// <summary>
/// All that lies in tables and blobs and goes through orchestrations: what is not here, or in what is here, cannot be stored.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ApiKey))]
[JsonSerializable(typeof(Batch))]
[JsonSerializable(typeof(BatchCalls))]
[JsonSerializable(typeof(CallValues))]
[JsonSerializable(typeof(Delivery))]
[JsonSerializable(typeof(FormPart[]))]
[JsonSerializable(typeof(HostSync))]
[JsonSerializable(typeof(KeptPictures.Kept))]
[JsonSerializable(typeof(KeyedCalls.Row), TypeInfoPropertyName = "KeyedCall")]
[JsonSerializable(typeof(KeptRun))]
[JsonSerializable(typeof(PoolHost))]
[JsonSerializable(typeof(ProcessRow))]
[JsonSerializable(typeof(ProgressRow))]
[JsonSerializable(typeof(QueuePause))]
[JsonSerializable(typeof(RunAdvance))]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(RunFollowers.Follow))]
[JsonSerializable(typeof(RunId))]
[JsonSerializable(typeof(RunLook))]
[JsonSerializable(typeof(RunOutcome))]
[JsonSerializable(typeof(RunPartitions))]
[JsonSerializable(typeof(RunPause))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(StatsRow))]
[JsonSerializable(typeof(UsageRow))]
[JsonSerializable(typeof(WaitingRun))]
[JsonSerializable(typeof(Webhook))]
[JsonSerializable(typeof(WorkflowRow))]
internal sealed partial class StoredTypes : JsonSerializerContext;
