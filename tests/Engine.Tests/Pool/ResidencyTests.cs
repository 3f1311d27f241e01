using ComfyFunc.Engine.Pool;
using static ComfyFunc.Tests.Support.PoolSamples;

namespace ComfyFunc.Tests.Engine.Pool;

/// <summary>Which models a host is thought to hold.</summary>
public class ResidencyTests
{
    private static readonly Residency Three = new() { Capacity = 3 };

    [Fact]
    public void The_set_used_last_has_age_zero_and_each_before_it_one_more()
    {
        var held = Use(Three, "a", "b", "c");
        Assert.Equal((2, 1, 0, null), (held.AgeOf("a"), held.AgeOf("b"), held.AgeOf("c"), held.AgeOf("d")));
    }

    [Fact]
    public void A_set_that_is_used_again_is_the_last_and_is_held_once()
    {
        var held = Use(Three, "a", "b", "a");
        Assert.Equal([["b"], ["a"]], held.Sets.Select(s => s.Files));
        Assert.Equal((0, 1), (held.AgeOf("a"), held.AgeOf("b")));
    }

    [Fact]
    public void What_was_used_longest_ago_goes_when_there_is_no_room()
    {
        Assert.Equal([["b"], ["c"], ["d"]], Use(Three, "a", "b", "c", "d").Sets.Select(s => s.Files));
        Assert.Equal("b", Use(new(), "a", "b").Sets.Single().Files.Single());
    }

    [Fact]
    public void The_next_to_go_is_known_once_there_is_no_room()
    {
        Assert.Null(Use(Three, "a", "b").Next);
        Assert.Equal(["a"], Use(Three, "a", "b", "c").Next?.Files);
        Assert.Null((Three with { Capacity = 0 }).Next);
    }

    [Fact]
    public void What_is_pinned_is_held_when_its_set_has_gone_and_is_older_than_any_set()
    {
        var held = new Residency().Use(["a"], ["a"], Now).Use(["b"], [], Now);
        Assert.Equal((1, 0), (held.AgeOf("a"), held.AgeOf("b")));
    }

    [Fact]
    public void What_is_pinned_again_is_kept_longest_and_no_more_than_32_are_kept()
    {
        var held = Enumerable.Range(0, 32).Aggregate(new Residency(), (r, i) => r.Use([], [$"{i}"], Now));
        Assert.Equal(32, held.Pinned.Length);
        held = held.Use([], ["0"], Now).Use([], ["new"], Now);
        Assert.Equal(32, held.Pinned.Length);
        Assert.Equal((true, false), (held.Pinned.Contains("0"), held.Pinned.Contains("1")));
    }

    [Fact]
    public void A_host_that_loads_what_was_thought_held_keeps_one_set_less()
    {
        var held = Use(Three, "a", "b", "c").Corrected(wasLoadedUnexpectedly: true, wasHeldUnexpectedly: false);
        Assert.Equal(2, held.Capacity);
        Assert.Equal([["b"], ["c"]], held.Sets.Select(s => s.Files));
        var none = new Residency { Capacity = 0 };
        Assert.Same(none, none.Corrected(wasLoadedUnexpectedly: true, wasHeldUnexpectedly: true));
    }

    [Fact]
    public void A_host_that_holds_what_was_thought_gone_keeps_one_set_more_up_to_16()
    {
        var held = Use(Three, "a").Corrected(wasLoadedUnexpectedly: false, wasHeldUnexpectedly: true);
        Assert.Equal((4, 1), (held.Capacity, held.Sets.Length));
        var most = new Residency { Capacity = 16 };
        Assert.Same(most, most.Corrected(wasLoadedUnexpectedly: false, wasHeldUnexpectedly: true));
        Assert.Same(Three, Three.Corrected(wasLoadedUnexpectedly: false, wasHeldUnexpectedly: false));
    }

    [Fact]
    public void A_new_process_holds_nothing_and_can_what_it_could()
    {
        var emptied = Three.Use(["a"], ["a"], Now).Emptied();
        Assert.Equal((3, 0, 0), (emptied.Capacity, emptied.Sets.Length, emptied.Pinned.Length));
    }

    private static Residency Use(Residency residency, params string[] models) => models.Aggregate(residency, (r, m) => r.Use([m], [], Now));
}
