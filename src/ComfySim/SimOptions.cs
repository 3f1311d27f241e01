namespace ComfyFunc.ComfySim;

/// <summary>How a simulated ComfyUI host is set up: the machine it pretends to be and the models it pretends to have.</summary>
public sealed record SimOptions
{
    /// <summary>Shown in the device name of /system_stats.</summary>
    public string Name { get; init; } = "sim";

    /// <summary>0 takes any free port, which a restart keeps.</summary>
    public int Port { get; init; }

    public string Listen { get; init; } = "127.0.0.1";

    /// <summary>How much of the simulated time is really spent: 0 none (for load), 1 all of it, 0.1 a tenth.</summary>
    public double Speed { get; init; } = 1;

    public double VramGb { get; init; } = 24;

    /// <summary>Reading a model from disk, per gigabyte.</summary>
    public double LoadSecondsPerGb { get; init; } = 0.4;

    /// <summary>One sampling step of a 512 × 512 picture; larger pictures take longer in proportion.</summary>
    public double StepSeconds { get; init; } = 0.08;

    /// <summary>Preview pictures during sampling. Unset: as soon as time is simulated.</summary>
    public bool? Previews { get; init; }

    /// <summary>Model files by folder, such as <c>checkpoints</c>; a folder named here replaces the default list.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Models { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Sizes of model files in gigabytes; a file not named here has a size that follows from its name.</summary>
    public IReadOnlyDictionary<string, double> ModelGigabytes { get; init; } = new Dictionary<string, double>();

    /// <summary>Node classes that this host lacks.</summary>
    public IReadOnlySet<string> ExcludedClasses { get; init; } = new HashSet<string>();

    public SimCache Cache { get; init; } = SimCache.Classic;

    /// <summary>How many results <see cref="SimCache.Lru"/> keeps.</summary>
    public int CacheSize { get; init; } = 64;

    /// <summary>A file with a catalog as /object_info gives it, or a part of one: each class of it plays along.</summary>
    public string? ObjectInfoFile { get; init; }

    /// <summary>Such a catalog itself, for tests; it comes after <see cref="ObjectInfoFile"/>.</summary>
    public ReadOnlyMemory<byte> ObjectInfo { get; init; }

    /// <summary>How long a class takes that only a catalog describes, whatever the speed.</summary>
    public double StubSeconds { get; init; }

    /// <summary>The token that HTTP and WebSocket want, as a reverse proxy before a host does: bearer, query or password.</summary>
    public string? Door { get; init; }

    /// <summary>The release that the host pretends to be; from 0.29.0 on it behaves as that does.</summary>
    public string ComfyVersion { get; init; } = "0.3.64";

    /// <summary>The largest request body in mebibytes, as <c>--max-upload-size</c> gives it: a fraction will do. Unset: 100.</summary>
    public double? MaxUploadSize { get; init; }

    internal double MaxUploadBytes => (MaxUploadSize ?? 100) * 1024 * 1024;

    /// <summary>No prompt and workflow in the files that are written.</summary>
    public bool DisableMetadata { get; init; }

    /// <summary>Holds input, output, temp and user. Unset: a temporary folder, deleted with the host.</summary>
    public string? BaseDirectory { get; init; }

    /// <summary>Allows pages of other origins to call the server, as <c>--enable-cors-header</c> does.</summary>
    public string? CorsOrigin { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Which results of earlier prompts a host keeps.</summary>
public enum SimCache
{
    /// <summary>Only what the last prompt used.</summary>
    Classic,

    /// <summary>The most recently used ones, up to a number.</summary>
    Lru,

    /// <summary>Nothing: every prompt executes everything.</summary>
    None,
}
