using ComfyFunc.Standalone;

namespace ComfyFunc.Tests.Standalone;

/// <summary>What a command line is taken for, and what is said of one that cannot be.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("", false, false, "")]
    [InlineData("demo", true, false, "")]
    [InlineData("demo --once", true, true, "")]
    [InlineData("--urls http://a:1 demo --once", true, true, "--urls=http://a:1")]
    [InlineData("demo --urls http://a:1", true, false, "--urls=http://a:1")]
    [InlineData("--URLS http://a:1 --data=x --MAXDATABYTES y", false, false, "--urls=http://a:1 --Data=x --MaxDataBytes=y")]
    [InlineData("--AllowAnonymous", false, false, "--AllowAnonymous=true")]
    [InlineData("--AllowAnonymous --urls http://a", false, false, "--AllowAnonymous=true --urls=http://a")]
    [InlineData("--AllowAnonymous false", false, false, "--AllowAnonymous=false")]
    [InlineData("--ComfyFunc:Hosts:0:Id demo --comfyfunc:answers:wait=2 /Storage:Container=abc Logging:LogLevel:Default=Debug", false,
        false, "--ComfyFunc:Hosts:0:Id=demo --comfyfunc:answers:wait=2 --Storage:Container=abc --Logging:LogLevel:Default=Debug")]
    [InlineData("--environment Development --contentRoot /x --https_port 1", false, false,
        "--environment=Development --contentRoot=/x --https_port=1")]
    [InlineData("--ComfyFunc:SecretsKey=a=b==", false, false, "--ComfyFunc:SecretsKey=a=b==")]
    [InlineData("--Data @list", false, false, "--Data=@list")]
    public void Words_and_settings_are_told_apart(string line, bool isDemo, bool isOnce, string settings)
    {
        var read = Read(line);
        Assert.Empty(read.Faults);
        StandaloneCommand wanted = isDemo ? new StandaloneCommand.Demo(isOnce) : new StandaloneCommand.Serve();
        Assert.Equal((wanted, settings), (read.Wanted, string.Join(' ', read.Settings)));
    }

    [Theory]
    [InlineData("demmo", "'demmo' is no command. Did you mean 'demo'? See --help.")]
    [InlineData("serve", "'serve' is no command. See --help.")]
    [InlineData("demo demo", "'demo' is no command. Did you mean 'demo'? See --help.")]
    [InlineData("--once", "--once belongs to demo: demo --once.")]
    [InlineData("demo --onse", "--onse is no setting. Did you mean --once? See --help.")]
    [InlineData("--Dta x", "--Dta is no setting. Did you mean --Data? See --help.")]
    [InlineData("--url http://a:1", "--url is no setting. Did you mean --urls? See --help.")]
    [InlineData("--AllowAnonymus true", "--AllowAnonymus is no setting. Did you mean --AllowAnonymous? See --help.")]
    [InlineData("--ComfyFunk:Callers:0:Role Admin",
        "--ComfyFunk:Callers:0:Role is no setting. Did you mean --ComfyFunc:Callers:0:Role? See --help.")]
    [InlineData("--Loging:LogLevel:Default Debug",
        "--Loging:LogLevel:Default is no setting. Did you mean --Logging:LogLevel:Default? See --help.")]
    [InlineData("--Callers:0:Role=Admin", "--Callers:0:Role is no setting. See --help.")]
    [InlineData("--hlp", "--hlp is no setting. Did you mean --help? See --help.")]
    [InlineData("-x", "'-x' is no command. See --help.")]
    [InlineData("bakup x", "'bakup' is no command. Did you mean 'backup'? See --help.\n'x' is no command. See --help.")]
    [InlineData("backup", "backup needs a folder: backup <to>.")]
    [InlineData("backup a b", "'b' is no command. See --help.")]
    [InlineData("migrate x", "'x' is no command. See --help.")]
    [InlineData("migrat", "'migrat' is no command. Did you mean 'migrate'? See --help.")]
    [InlineData("convert", "convert needs a file: convert <file>.")]
    [InlineData("convert a b", "'b' is no command. See --help.")]
    [InlineData("convrt x", "'convrt' is no command. Did you mean 'convert'? See --help.\n'x' is no command. See --help.")]
    [InlineData("convert a --catalog", "--catalog needs a value.")]
    [InlineData("convert a --catalog --replacements r", "--catalog needs a value.")]
    [InlineData("convert a --katalog c", "--katalog is no setting. Did you mean --catalog? See --help.")]
    [InlineData("--catalog c", "--catalog belongs to convert: convert <file> --catalog <file>.\n'c' is no command. See --help.")]
    [InlineData("--Data", "--Data needs a value.")]
    [InlineData("--Data --urls http://a:1", "--Data needs a value.")]
    [InlineData("--ComfyFunc:MaxBatch", "--ComfyFunc:MaxBatch needs a value.")]
    [InlineData("--Dta x --Data y servr", "--Dta is no setting. Did you mean --Data? See --help.\n'servr' is no command. See --help.")]
    public void Unknown_words_are_refused(string line, string faults) => Assert.Equal(faults, string.Join('\n', Read(line).Faults));

    [Theory]
    [InlineData("backup there", "there", "")]
    [InlineData("--Data x backup there", "there", "--Data=x")]
    [InlineData("backup --Data x /there", "/there", "--Data=x")]
    [InlineData("demo", null, "")]
    public void A_backup_names_its_folder(string line, string? folder, string settings)
    {
        var read = Read(line);
        Assert.Empty(read.Faults);
        Assert.Equal((folder, settings), ((read.Wanted as StandaloneCommand.Backup)?.To, string.Join(' ', read.Settings)));
    }

    [Theory]
    [InlineData("migrate --Storage:AccountName=a --Data x", true, "--Storage:AccountName=a --Data=x")]
    [InlineData("backup migrate", false, "")]
    public void A_migration_takes_settings_alone(string line, bool isMigration, string settings)
    {
        var read = Read(line);
        Assert.Empty(read.Faults);
        Assert.Equal((isMigration, settings), (read.Wanted is StandaloneCommand.Migrate, string.Join(' ', read.Settings)));
    }

    [Theory]
    [InlineData("convert a.png", "a.png", null, null, "")]
    [InlineData("convert /a.png --catalog /c.json", "/a.png", "/c.json", null, "")]
    [InlineData("convert --replacements=r=1 --catalog c a --Data x", "a", "c", "r=1", "--Data=x")]
    public void A_conversion_names_its_files(string line, string file, string? catalog, string? replacements, string settings)
    {
        var read = Read(line);
        Assert.Empty(read.Faults);
        Assert.Equal((new StandaloneCommand.Convert(new(file, catalog, replacements)), settings),
            (read.Wanted, string.Join(' ', read.Settings)));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--version")]
    [InlineData("demo --help")]
    public void Questions_are_answered(string line) => Assert.IsType<StandaloneCommand.Tell>(Read(line).Wanted);

    private static CommandLine Read(string line) => CommandLine.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
