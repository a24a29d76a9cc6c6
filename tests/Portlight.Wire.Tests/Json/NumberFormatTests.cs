using System.Text;
using CsCheck;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.Tests.Json;

public sealed class NumberFormatTests
{
    private static Operation At(DateTimeOffset time) => new()
    {
        Id = "9a77158f-7be3-4d6d-8054-cf5ae2b720cc",
        ResourceName = "web-1",
        ResourceType = "Instance",
        CreatedAt = time,
        Location = new ResourceLocation { AvailabilityZone = "us-west-2a", RegionName = "us-west-2" },
        IsTerminal = true,
        OperationType = "PutInstancePublicPorts",
        Status = "Succeeded",
        StatusChangedAt = time,
    };

    private static string Written(DateTimeOffset time) => Encoding.UTF8.GetString(AwsJson.ToBytes(
        new PutInstancePublicPortsResponse { Operation = At(time) }, LightsailJson.Default.PutInstancePublicPortsResponse));

    [Theory]
    [InlineData(1571694445490, "1571694445.49")]
    [InlineData(1571072845737, "1571072845.737")]
    [InlineData(1571072845000, "1571072845")]
    [InlineData(1571072845001, "1571072845.001")]
    [InlineData(0, "0")]
    [InlineData(-1500, "-1.5")]
    [InlineData(253402300799999, "253402300799.999")]
    public void Timestamps_are_seconds_with_no_trailing_zeros(long milliseconds, string expected) => Assert.Contains(
        $"\"createdAt\":{expected},",
        Written(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)),
        StringComparison.Ordinal);

    [Fact]
    public void A_timestamp_reads_back_to_the_millisecond() => Gen.Long[-62135596800000, 253402300799999].Sample(milliseconds =>
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        Assert.True(AwsJson.TryRead(
            Encoding.UTF8.GetBytes(Written(time)), LightsailJson.Default.PutInstancePublicPortsResponse, out var read, out var problem), problem?.Message);
        Assert.Equal(time, read.Operation.CreatedAt);
    });

    [Theory]
    [InlineData(4, "4.0")]
    [InlineData(0.5, "0.5")]
    [InlineData(3.84, "3.84")]
    [InlineData(0, "0.0")]
    public void Memory_sizes_always_carry_a_decimal_point(double gigabytes, string expected)
    {
        var hardware = new InstanceHardware { CpuCount = 2, RamSizeInGb = gigabytes };

        Assert.Equal(
            $$"""{"cpuCount":2,"disks":[],"ramSizeInGb":{{expected}}}""",
            Encoding.UTF8.GetString(AwsJson.ToBytes(hardware, LightsailJson.Default.InstanceHardware)));
    }

    [Fact]
    public void An_operation_is_written_in_the_order_of_the_real_service() => Assert.Equal(
        """{"operation":{"id":"9a77158f-7be3-4d6d-8054-cf5ae2b720cc","resourceName":"web-1","resourceType":"Instance","createdAt":1571694445.49,"location":{"availabilityZone":"us-west-2a","regionName":"us-west-2"},"isTerminal":true,"operationType":"PutInstancePublicPorts","status":"Succeeded","statusChangedAt":1571694445.49}}""",
        Written(DateTimeOffset.FromUnixTimeMilliseconds(1571694445490)));
}
