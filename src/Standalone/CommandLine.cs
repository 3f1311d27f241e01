using System.Collections.Immutable;
using System.CommandLine;
using ComfyFunc.Engine;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Standalone;

/// <summary>What the command line wants, with which settings.</summary>
/// <param name="Settings">As .NET's configuration reads them: <c>--Section:Key=value</c>.</param>
/// <param name="Faults">What cannot be understood, a line each.</param>
internal sealed record CommandLine(StandaloneCommand Wanted, ImmutableArray<string> Settings, ImmutableArray<string> Faults)
{
    // What ASP.NET's own host and logs read.
    private static readonly string[] Foreign =
    [
        "Logging", "Kestrel", "AllowedHosts", "applicationName", "contentRoot", "environment", "webroot", "http_ports",
        "https_ports", "https_port",
        "shutdownTimeoutSeconds", "detailedErrors", "captureStartupErrors", "suppressStatusMessages", "preferHostingUrls",
        "hostingStartupAssemblies",
    ];

    private static readonly string[] Sections = [ComfyFuncOptions.Section, "Storage"];
    private static readonly string[] Questions = ["--help", "-h", "-?", "/?", "/h", "--version"];

    private static readonly Option<string> Urls = OptionOf(nameof(StandaloneOptions.Urls).ToLowerInvariant(), "url[;url…]",
        $"Where it listens. Default: {StandaloneOptions.DefaultUrl}");
    private static readonly Option<string> Data = OptionOf(nameof(StandaloneOptions.Data), "folder",
        "Where it keeps its data, where no Storage is configured. Default: .data");
    private static readonly Option<string> MaxDataBytes = OptionOf(nameof(StandaloneOptions.MaxDataBytes), "bytes",
        "The most that its data may take. Unset: what the disk has.");
    private static readonly Option<string> AllowAnonymous = OptionOf(nameof(StandaloneOptions.AllowAnonymous), "true|false",
        "Allows an address that other machines can reach, though calls need no key.");
    private static readonly Option<string> Metrics = OptionOf(nameof(StandaloneOptions.Metrics), "true|false",
        "Serves metrics at /metrics, for Prometheus.");
    private static readonly Option<bool> Once = new("--once") { Description = "Ends after the one call." };
    private static readonly Command Demo =
        new("demo", "Shows the main job with two simulated hosts: saves the samples, makes a call, writes its picture to out/, and serves "
            + "on.") { Once };

    private static readonly Argument<string> Target = new("to") { Description = "A folder that is empty, or has an earlier backup." };
    private static readonly Command Backup =
        new("backup", "Copies the data folder (--Data) while it is in use. A backup is a data folder: to restore, serve from a copy of it.")
        { Target };

    private static readonly Command Migrate =
        new("migrate", "Copies the data folder (--Data) into the account that Storage names, which has no data of this product yet. Stop "
            + "the server before; what was cut off goes on when it is run again.");

    private static readonly Argument<string> Converted = new("file")
    {
        Description = "A graph or a prompt as JSON, or a picture, film or sound that ComfyUI saved.",
    };

    private static readonly Option<string> Catalog = new("--catalog")
    {
        HelpName = "file",
        Description = "What /object_info of a ComfyUI answers. A graph needs it, a prompt does not.",
    };

    private static readonly Option<string> Replacements = new("--replacements")
    {
        HelpName = "file",
        Description = "What /node_replacements of a ComfyUI answers: what stands in for classes that are gone.",
    };

    private static readonly Command Convert =
        new("convert", "Prints the prompt of a file that ComfyUI saved, and on the error stream what there is to say of it.")
        { Converted, Catalog, Replacements };

    private static readonly RootCommand Root =
        new("Turns saved ComfyUI workflows into HTTP endpoints. Every setting of docs/settings.md can be given as --Section:Key value.")
    {
        Urls, Data, MaxDataBytes, AllowAnonymous, Metrics, Demo, Backup, Migrate, Convert,
    };

    private static readonly Option<string>[] OfConvert = [Catalog, Replacements];
    private static readonly Option<string>[] Switches = [AllowAnonymous, Metrics];
    private static readonly Option<string>[] Own = [Urls, Data, MaxDataBytes, AllowAnonymous, Metrics];

    static CommandLine()
    {
        Root.SetAction(_ => { }); // Without one, System.CommandLine asks for a command.
        Demo.SetAction(_ => { });
        Backup.SetAction(_ => { });
        Migrate.SetAction(_ => { });
        Convert.SetAction(_ => { });
    }

    public static CommandLine Read(IReadOnlyList<string> args)
    {
        var words = new List<string>();
        var settings = new List<string>();
        var faults = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = Split(args[i]);
            var own = Own.FirstOrDefault(o => o.Name.Equals($"--{name}", StringComparison.OrdinalIgnoreCase));
            // A folder or file may begin with a slash, as a setting may.
            var isTarget = words is [.., var last] && (last == Backup.Name || last == Convert.Name) && !IsOption(args[i]);
            if (name.Length == 0 || isTarget || IsWord(args[i]))
            {
                words.Add(args[i]);
            }
            else if (OfConvert.FirstOrDefault(o => o.Name == $"--{name}") is { } option && IsOption(args[i]))
            {
                if (value is null && !HasValue(args, i))
                {
                    faults.Add($"--{name} needs a value.");
                }
                else
                {
                    words.AddRange([option.Name, value ?? args[++i]]);
                }
            }
            else if (own is null && !IsKnown(name))
            {
                faults.Add(Unknown(name));
                i += value is null && HasValue(args, i) ? 1 : 0;
            }
            else if (value is null && own is not null && Switches.Contains(own) && !HasValue(args, i))
            {
                settings.Add($"--{own.Name[2..]}=true");
            }
            else if (value is null && !HasValue(args, i))
            {
                faults.Add($"--{name} needs a value.");
            }
            else
            {
                settings.Add($"--{own?.Name[2..] ?? name}={value ?? args[++i]}");
            }
        }

        var parsed = Root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        faults.AddRange(
            parsed.UnmatchedTokens.Select(w => w == Once.Name ? $"{Once.Name} belongs to {Demo.Name}: {Demo.Name} {Once.Name}."
                : OfConvert.Any(o => o.Name == w) ? $"{w} belongs to {Convert.Name}: {Convert.Name} <file> {w} <file>."
                : $"'{w}' is no command.{Suggestion.Nearest(w, [Demo.Name, Backup.Name, Migrate.Name, Convert.Name])} See --help."));
        var wanted = words.Any(w => Questions.Contains(w)) ? new StandaloneCommand.Tell(() => parsed.Invoke()) : WantedBy(parsed, faults);
        return new(wanted, [.. settings], [.. faults]);
    }

    private static StandaloneCommand WantedBy(ParseResult parsed, List<string> faults)
    {
        var command = parsed.CommandResult.Command;
        if (command == Backup && parsed.GetResult(Target)?.Tokens is [var folder])
        {
            return new StandaloneCommand.Backup(folder.Value);
        }

        if (command == Convert && parsed.GetResult(Converted)?.Tokens is [var file])
        {
            return new StandaloneCommand.Convert(new(file.Value, parsed.GetValue(Catalog), parsed.GetValue(Replacements)));
        }

        faults.AddRange(command == Backup ? ["backup needs a folder: backup <to>."]
            : command == Convert ? ["convert needs a file: convert <file>."] : Array.Empty<string>());
        return command == Demo ? new StandaloneCommand.Demo(parsed.GetValue(Once))
            : command == Migrate ? new StandaloneCommand.Migrate() : new StandaloneCommand.Serve();
    }

    /// <summary>The name of a setting, without what leads it in; empty for a word that is none.</summary>
    private static (string Name, string? Value) Split(string arg)
    {
        var start = IsOption(arg) ? 2 : arg.StartsWith('/') ? 1 : 0;
        var end = arg.IndexOf('=', StringComparison.Ordinal);
        return start == 0 && end < 0 ? ("", null) : end < 0 ? (arg[start..], null) : (arg[start..end], arg[(end + 1)..]);
    }

    private static bool IsOption(string arg) => arg.StartsWith("--", StringComparison.Ordinal);

    private static bool IsWord(string arg) => arg == Once.Name || Questions.Contains(arg);

    private static bool HasValue(IReadOnlyList<string> args, int i) =>
        i + 1 < args.Count && !IsOption(args[i + 1]);

    private static bool IsKnown(string name) => Foreign.Concat(Sections).Contains(name.Split(':')[0], StringComparer.OrdinalIgnoreCase);

    private static string Unknown(string name)
    {
        var first = name.Split(':')[0];
        var known = Own.Concat(OfConvert).Select(o => o.Name[2..]).Concat(Sections).Concat(Foreign)
            .Concat([Once.Name[2..], "help", "version"]);
        var meant = Suggestion.NearestOf(first, known) is { } nearest ? $" Did you mean --{nearest}{name[first.Length..]}?" : "";
        return $"--{name} is no setting.{meant} See --help.";
    }

    private static Option<string> OptionOf(string name, string value, string description) =>
        new($"--{name}") { HelpName = value, Description = description, Recursive = true };
}
