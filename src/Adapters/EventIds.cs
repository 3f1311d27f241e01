namespace ComfyFunc.Adapters;

/// <summary>
/// The number of every message in the log, for ever the same: what an operator looks for and what an alert names. docs/operations.md says
/// which area has which thousand. A message that goes takes its number with it.
/// </summary>
public static class EventIds
{
    // The process: start, storage, rounds and sweeps.
    public const int RecurringServiceStorageWasUnavailable = 1001;
    public const int RoundFailed = 1002;
    public const int SweeperStorageWasUnavailable = 1011;
    public const int SweepFailed = 1012;
    public const int TakeoverRunTakenOver = 1021;

    // Requests.
    public const int StorageUnavailable = 2001;
    public const int RequestFailed = 2002;
    public const int ProblemAnswered = 2011;

    // Runs, batches (3100), drivers (3200).
    public const int RunMoved = 3001;
    public const int CommandFailed = 3002;
    public const int RunEnded = 3003;
    public const int RunExecutorStorageWasUnavailable = 3004;
    public const int ObserverFailed = 3005;
    public const int ObserverWithoutStorage = 3006;
    public const int RunsRemoved = 3011;
    public const int NotNoted = 3021;
    public const int NotMarked = 3031;
    public const int BatchCanceled = 3101;
    public const int DurableDriverRunTakenOver = 3201;
    public const int NoClient = 3202;
    public const int NotCarriedOut = 3203;
    public const int RunsLeft = 3204;
    public const int RunsResumed = 3211;
    public const int StepFailed = 3212;
    public const int RunLoopsStorageWasUnavailable = 3213;
    public const int RunsNotResumed = 3214;

    // The pool, and what is said to hosts (4100).
    public const int HostConnected = 4001;
    public const int HostForgotten = 4002;
    public const int HostNoLongerConfigured = 4003;
    public const int HostUnreachable = 4004;
    public const int HostNotFollowed = 4005;
    public const int NewsNotPassedOn = 4006;
    public const int HostLeaves = 4007;
    public const int HostQuarantined = 4011;
    public const int CatalogChanged = 4021;
    public const int WarmUpStarted = 4031;
    public const int SlotRecovered = 4041;
    public const int SlotGranted = 4051;
    public const int QueuePaused = 4052;
    public const int QueueResumed = 4053;
    public const int HostNotInStep = 4061;
    public const int EditedFileKept = 4062;
    public const int Disconnected = 4101;
    public const int WentSilent = 4102;
    public const int PromptRejected = 4111;
    public const int SubmitUnanswered = 4112;
    public const int NoAnswer = 4113;

    // Webhooks, and what is fetched from or posted to the web (5100).
    public const int WebhookGone = 5001;
    public const int DeliveryAbandoned = 5002;
    public const int PostRefused = 5101;
    public const int PostFailed = 5102;
    public const int FetchRefused = 5111;
    public const int FetchFailed = 5112;
}
