using System.Net;
using ComfyFunc.Adapters.Web;

namespace ComfyFunc.Tests.Adapters.Web;

public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("0.0.0.0"), InlineData("0.0.0.1"), InlineData("0.255.255.255")]
    [InlineData("10.0.0.0"), InlineData("10.1.2.3"), InlineData("10.255.255.255")]
    [InlineData("100.64.0.0"), InlineData("100.100.100.200"), InlineData("100.127.255.255")]
    [InlineData("127.0.0.0"), InlineData("127.0.0.1"), InlineData("127.1.2.3"), InlineData("127.255.255.255")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.0.0"), InlineData("169.254.169.253"), InlineData("169.254.169.254"), InlineData("169.254.170.2"),
        InlineData("169.254.255.255")]
    [InlineData("172.16.0.0"), InlineData("172.20.1.1"), InlineData("172.31.255.255")]
    [InlineData("192.0.0.0"), InlineData("192.0.0.170"), InlineData("192.0.0.192"), InlineData("192.0.0.255")]
    [InlineData("192.0.2.0"), InlineData("192.0.2.255"), InlineData("192.88.99.1")]
    [InlineData("192.168.0.0"), InlineData("192.168.1.1"), InlineData("192.168.255.255")]
    [InlineData("198.18.0.0"), InlineData("198.19.255.255"), InlineData("198.51.100.0"), InlineData("198.51.100.255")]
    [InlineData("203.0.113.0"), InlineData("203.0.113.255")]
    [InlineData("224.0.0.0"), InlineData("224.0.0.1"), InlineData("239.255.255.250"), InlineData("239.255.255.255")]
    [InlineData("240.0.0.0"), InlineData("250.1.1.1"), InlineData("255.255.255.254"), InlineData("255.255.255.255")]
    public void Reserved_ipv4_is_not_public(string address) => Assert.False(AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("::"), InlineData("::1"), InlineData("::2"), InlineData("::7f00:1"), InlineData("::127.0.0.1"), InlineData("::8.8.8.8")]
    [InlineData("::ffff:127.0.0.1"), InlineData("::ffff:7f00:1"), InlineData("::ffff:10.0.0.1"), InlineData("::ffff:0.0.0.0")]
    [InlineData("::ffff:169.254.169.254"), InlineData("::ffff:a9fe:a9fe"), InlineData("::ffff:168.63.129.16"),
        InlineData("::ffff:192.168.1.1")]
    [InlineData("::ffff:100.64.0.1"), InlineData("::ffff:172.16.0.1"), InlineData("::ffff:224.0.0.1"), InlineData("::ffff:255.255.255.255")]
    [InlineData("::ffff:0:127.0.0.1"), InlineData("::ffff:0:8.8.8.8")]
    [InlineData("64:ff9b::"), InlineData("64:ff9b::7f00:1"), InlineData("64:ff9b::169.254.169.254"), InlineData("64:ff9b::8.8.8.8")]
    [InlineData("64:ff9b:1::"), InlineData("64:ff9b:1::10.0.0.1")]
    [InlineData("100::"), InlineData("100::1"), InlineData("5f00::1"), InlineData("4000::1"), InlineData("1fff::1")]
    [InlineData("2001::"), InlineData("2001:0:53aa:64c::1"), InlineData("2001:10::1"), InlineData("2001:20::1"),
        InlineData("2001:1ff:ffff::1")]
    [InlineData("2001:db8::"), InlineData("2001:db8::1"), InlineData("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2002::"), InlineData("2002:7f00:1::1"), InlineData("2002:a9fe:a9fe::"), InlineData("2002:808:808::1")]
    [InlineData("3fff::"), InlineData("3fff::1"), InlineData("3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fc00::"), InlineData("fc00::1"), InlineData("fd00::1"), InlineData("fd00:ec2::254"), InlineData("fdff:ffff::1")]
    [InlineData("fe80::"), InlineData("fe80::1"), InlineData("fe80::1%1"), InlineData("febf::1"), InlineData("fec0::1")]
    [InlineData("ff00::"), InlineData("ff02::1"), InlineData("ff0e::1"), InlineData("ffff::1")]
    public void Reserved_ipv6_is_not_public(string address) => Assert.False(AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.0.0.0"), InlineData("1.1.1.1"), InlineData("8.8.8.8"), InlineData("9.255.255.255"), InlineData("11.0.0.0")]
    [InlineData("100.63.255.255"), InlineData("100.128.0.0"), InlineData("126.255.255.255"), InlineData("128.0.0.0")]
    [InlineData("168.63.129.15"), InlineData("168.63.129.17"), InlineData("169.253.255.255"), InlineData("169.255.0.0")]
    [InlineData("172.15.255.255"), InlineData("172.32.0.0"), InlineData("191.255.255.255"), InlineData("192.0.1.0"),
        InlineData("192.0.3.0")]
    [InlineData("192.88.98.255"), InlineData("192.88.100.0"), InlineData("192.167.255.255"), InlineData("192.169.0.0")]
    [InlineData("198.17.255.255"), InlineData("198.20.0.0"), InlineData("198.51.99.255"), InlineData("198.51.101.0")]
    [InlineData("203.0.112.255"), InlineData("203.0.114.0"), InlineData("223.255.255.255")]
    [InlineData("::ffff:8.8.8.8"), InlineData("::ffff:808:808"), InlineData("2000::1"), InlineData("2001:200::1"),
        InlineData("2001:db7::1")]
    [InlineData("2001:4860:4860::8888"), InlineData("2001:db9::1"), InlineData("2003::1"), InlineData("2606:4700:4700::1111"),
        InlineData("2a00:1450::1"), InlineData("3ffe::1")]
    public void Neighbours_of_reserved_ranges_are_public(string address) => Assert.True(AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1", true), InlineData("10.0.0.1", true), InlineData("::1", true), InlineData("::ffff:127.0.0.1", true),
        InlineData("fd00::1", true)]
    [InlineData("169.254.169.254", false), InlineData("168.63.129.16", false), InlineData("fe80::1", false), InlineData("0.0.0.0", false),
        InlineData("::", false)]
    [InlineData("::ffff:169.254.169.254", false), InlineData("8.8.8.8", false), InlineData("224.0.0.1", false)]
    public void Local_means_this_machine_and_its_network_without_where_clouds_keep_secrets(string address, bool isLocal) =>
        Assert.Equal(isLocal, AddressGuard.IsLocal(IPAddress.Parse(address)));
}
