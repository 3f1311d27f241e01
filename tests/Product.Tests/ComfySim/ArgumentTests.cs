using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>The command line of the program.</summary>
public sealed class ArgumentTests
{
    [Fact]
    public void Every_flag_sets_what_it_says()
    {
        string[] line =
        [
            "--port", "0", "--host=0.0.0.0", "--name", "gpu", "--vram-gb", "8", "--data", "here", "--object-info", "catalog.json",
            "--stub-seconds", "0.5",
            "--door", "a=b", "--max-upload-size", "1.5", "--comfy-version", "0.29.0", "--speed", "0.1",
        ];
        var expected = new SimOptions
        {
            Port = 0,
            Listen = "0.0.0.0",
            Name = "gpu",
            VramGb = 8,
            BaseDirectory = "here",
            ObjectInfoFile = "catalog.json",
            StubSeconds = 0.5,
            Door = "a=b",
            MaxUploadSize = 1.5,
            ComfyVersion = "0.29.0",
            Speed = 0.1,
        };
        var (options, error) = SimArguments.Parse(line);
        Assert.Null(error);
        Assert.Equal(expected.ToString(), options!.ToString()); // There was no error.
        Assert.Equal((8188, 0.0, "0.3.64"),
            SimArguments.Parse(["--instant"]).Options is { } o ? (o.Port, o.Speed, o.ComfyVersion) : default);
    }

    [Theory]
    [InlineData("There is no --prot.", "--prot", "1")]
    [InlineData("--port cannot be 'x'.", "--port", "x")]
    [InlineData("--door wants a value.", "--instant", "--door")]
    [InlineData("--comfy-version cannot be 'new'.", "--comfy-version=new")]
    public void A_line_that_cannot_be_meant_is_an_error(string error, params string[] line) =>
        Assert.Equal(error, SimArguments.Parse(line).Error);

    [Fact]
    public void The_help_names_every_flag() => Assert.Contains("--object-info FILE", SimArguments.Help, StringComparison.Ordinal);
}
