using ComfyFunc.Engine.Media;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

public class InputTypeTests
{
    [Theory]
    [InlineData("INT", "INT", true)]
    [InlineData("FLOAT", "FLOAT", true)]
    [InlineData("STRING", "STRING", true)]
    [InlineData("BOOLEAN", "BOOLEAN", true)]
    [InlineData("COMBO", "ENUM", true)]
    [InlineData("*", "ANY", false)]
    [InlineData("MODEL", "ANY", false)]
    [InlineData("int", "ANY", false)]
    public void A_type_of_a_node_is_one_of_a_contract(string ofNode, string ofContract, bool hasWidget)
    {
        Assert.Equal(ofContract, InputType.InContract(ofNode));
        Assert.Equal(hasWidget, InputType.HasWidget(ofNode));
        Assert.Contains(ofContract, InputType.OfContracts);
    }

    [Theory]
    [InlineData("IMAGE", "image")]
    [InlineData("MASK", "image")]
    [InlineData("SVG", "image")]
    [InlineData("VIDEO", "video")]
    [InlineData("AUDIO", "audio")]
    [InlineData("LATENT", "latent")]
    [InlineData("MESH", "3d")]
    [InlineData("VOXEL", "3d")]
    [InlineData("STRING", "text")]
    [InlineData("INT", "text")]
    [InlineData("FLOAT", "text")]
    [InlineData("BOOLEAN", "text")]
    [InlineData("COMBO", null)]
    [InlineData("MODEL", null)]
    [InlineData(null, null)]
    public void A_socket_carries_a_kind_of_medium(string? socket, string? kind)
    {
        Assert.Equal(kind, MediaKind.OfSocket(socket));
        Assert.True(kind is null || MediaKind.OfOutputs.Contains(kind));
    }
}
