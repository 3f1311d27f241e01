using System.Buffers.Text;
using System.Text;
using ComfyFunc.Server.Outputs;
using CsCheck;

namespace ComfyFunc.Tests.Server;

/// <summary>A signed link says what it allows, and nothing else can be made of it.</summary>
public class FileLinkTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly FileLink Link = new("runs/1/outputs/a|b/0", IsUpload: false, DateTimeOffset.UnixEpoch.AddDays(20_000),
        "bild ü.png", "image/png");

    [Fact]
    public void Its_terms_are_read_back() => Assert.Equal(Link, FileLink.Read(Link.Sign(Key), Key));

    [Fact]
    public void An_upload_stays_one() =>
        Assert.True(FileLink.Read((Link with { IsUpload = true, FileName = "", ContentType = "" }).Sign(Key), Key)!.IsUpload);

    [Fact]
    public void Another_key_opens_nothing() => Assert.Null(FileLink.Read(Link.Sign(Key), new byte[32]));

    [Fact]
    public void No_character_can_be_altered()
    {
        var token = Link.Sign(Key);
        Gen.Select(Gen.Int[0, token.Length - 1], Gen.Char["abcXYZ019-_."]).Where((i, c) => token[i] != c).Sample((i, c) =>
        {
            Assert.Null(FileLink.Read($"{token[..i]}{c}{token[(i + 1)..]}", Key));
        });
    }

    [Theory]
    [InlineData(0, "2")]
    [InlineData(1, "create")]
    [InlineData(2, "1728000001")]
    [InlineData(3, "runs/2/outputs/a|b/0")]
    [InlineData(4, "text/html")]
    [InlineData(5, "other.png")]
    public void No_term_can_be_another(int place, string term)
    {
        var token = Link.Sign(Key).Split('.');
        var terms = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token[0])).Split('\n');
        Assert.NotEqual(term, terms[place]);
        terms[place] = term;
        Assert.Null(FileLink.Read($"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('\n', terms)))}.{token[1]}", Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a.b")]
    [InlineData("a.b.c")]
    [InlineData("%.%")]
    public void Nonsense_is_no_link(string token) => Assert.Null(FileLink.Read(token, Key));

    [Fact]
    public void A_line_break_in_a_name_moves_no_term() =>
        Assert.Equal("x.pngread", FileLink.Read((Link with { FileName = "x.png\nread" }).Sign(Key), Key)!.FileName);
}
