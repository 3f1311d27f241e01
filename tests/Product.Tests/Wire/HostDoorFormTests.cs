using ComfyFunc.Adapters.Comfy;

namespace ComfyFunc.Tests.Wire;

/// <summary>What opens a host's door is sealed in its row as a text of its own form.</summary>
public class HostDoorFormTests
{
    private const string Written = """{"Headers":{"X-Key":"a\u002Bb"},"Query":"token=t","UserInfo":"user:password"}""";

    [Fact]
    public void A_door_is_written_and_read_as_ever()
    {
        var door = new HostDoor
        {
            Headers = HostDoor.Open.Headers.Add("X-Key", "a+b"),
            Query = "token=t",
            UserInfo = "user:password",
        };

        Assert.Equal(Written, door.ToJson());
        Assert.Equal(door, HostDoor.FromJson(Written));
    }
}
