using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Tests.Server;

public class SocketPicturesTests
{
    private static readonly Lease First = new(new("h"), new("r"), 1);

    [Fact]
    public void Pictures_are_kept_in_their_order_for_their_attempt_until_it_is_over()
    {
        var pictures = new SocketPictures();
        pictures.Add(First, "8", Of(1));
        pictures.Add(First, "9", Of(2));
        pictures.Add(First with { Attempt = 2 }, "8", Of(3));

        Assert.Equal([("8", 1), ("9", 2)], pictures.Of(First.Run, 1).Select(p => (p.Node, p.Picture.Content.Length)));
        pictures.Forget(First);
        Assert.Empty(pictures.Of(First.Run, 1));
        Assert.Single(pictures.Of(First.Run, 2));
    }

    [Fact]
    public void There_is_an_end_to_what_is_kept_and_it_is_told()
    {
        var many = new SocketPictures();
        for (var n = 0; n <= SocketPictures.MostPictures; n++)
        {
            Assert.False(many.HasOverflowed(First.Run, 1));
            many.Add(First, "8", Of(1));
        }

        var large = new SocketPictures();
        large.Add(First, "8", Of((int)SocketPictures.MostBytes));
        Assert.False(large.HasOverflowed(First.Run, 1));
        large.Add(First, "8", Of(1));

        Assert.True(many.HasOverflowed(First.Run, 1) && large.HasOverflowed(First.Run, 1));
        Assert.Equal((SocketPictures.MostPictures, 1), (many.Of(First.Run, 1).Length, large.Of(First.Run, 1).Length));
    }

    private static Preview Of(int bytes) => new("image/png", new byte[bytes]);
}
