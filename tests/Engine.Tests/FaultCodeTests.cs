using System.Text.Json;
using ComfyFunc.Engine;

namespace ComfyFunc.Tests.Engine;

public class FaultCodeTests
{
    public static TheoryData<string> Names { get; } = [.. FaultCode.All.Select(c => c.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_code_is_stored_as_its_name_and_read_as_its_row(string name)
    {
        var code = Assert.Single(FaultCode.All, c => c.Name == name);
        var fault = new Fault(code, "Why.", "/a");
        var stored = JsonSerializer.Serialize(fault);
        Assert.Equal($$"""{"Code":"{{name}}","Detail":"Why.","Pointer":"/a"}""", stored);
        Assert.Equal(fault, JsonSerializer.Deserialize<Fault>(stored));
        Assert.Same(code, JsonSerializer.Deserialize<Fault>(stored)!.Code);
    }

    [Fact]
    public void A_code_of_a_later_release_is_kept_and_answered_as_a_defect()
    {
        var fault = JsonSerializer.Deserialize<Fault>("""{"Code":"moon_full","Detail":"Why."}""")!;
        Assert.Equal(("moon_full", 500, false), (fault.Code.Name, fault.Code.Status, fault.Code.IsRetryable));
        Assert.Contains("\"moon_full\"", JsonSerializer.Serialize(fault), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_else_makes_a_code() =>
        Assert.Empty(typeof(FaultCode).GetConstructors());

    [Fact]
    public void Every_member_is_its_row()
    {
        var members = typeof(FaultCode).GetProperties().Where(p => p.PropertyType == typeof(FaultCode)).ToArray();
        Assert.Equal(FaultCode.All.Length, members.Length);
        Assert.All(members, m => Assert.Equal(((FaultCode)m.GetValue(null)!).Name.Replace("_", "", StringComparison.Ordinal),
            m.Name, ignoreCase: true));
    }
}
