using Portlight.Console.Live;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Live;

public sealed class FleetOrderTests
{
    private static readonly InstanceView[] Fleet = [Instance("b", "192.0.2.100"), Instance("C", null), Instance("a", "192.0.2.9"), Instance("d", "2001:db8::1")];

    [Theory]
    [InlineData(null, "b C a d")]
    [InlineData("name", "a b C d")]
    [InlineData("-name", "d C b a")]
    [InlineData("address", "a b d C")]
    [InlineData("nonsense", "b C a d")]
    public void Instances_are_sorted_by_a_column_and_stay_as_they_are_by_none(string? sort, string names) =>
        Assert.Equal(names, string.Join(' ', FleetOrder.By(sort, Fleet).Select(instance => instance.Name)));

    private static InstanceView Instance(string name, string? address) =>
        new(new InstanceStatus { Name = name, RegionName = "us-east-1", AccountId = "111122223333", State = "running", IpAddresses = address is null ? [] : [address], PortStates = [], DesiredRevision = 1, AppliedRevision = 1 });
}
