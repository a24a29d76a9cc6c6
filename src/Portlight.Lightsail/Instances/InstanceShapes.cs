using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>
/// An instance as GetInstance shows it: a function of what is stored alone, so that two answers are the same as long as nothing has changed (Ansible compares
/// them whole).
/// </summary>
internal static class InstanceShapes
{
    public static Wire.Lightsail.Instance ToWire(this Domain.Instance instance, bool awsQuirks)
    {
        var blueprint = Blueprints.Find(instance.BlueprintId);
        return new Wire.Lightsail.Instance
        {
            Name = instance.Name,
            Arn = instance.Arn,
            SupportCode = $"{instance.Scope.AccountId}/i-0{instance.Id.ToString("N")[..16]}",
            CreatedAt = instance.CreatedAt,
            Location = Zone(instance),
            ResourceType = nameof(ResourceType.Instance),
            Tags = instance.Tags.ToWire(),
            BlueprintId = instance.BlueprintId,
            BlueprintName = blueprint?.Name ?? instance.BlueprintId,
            BundleId = instance.BundleId,
            IsStaticIp = instance.StaticIpName is not null,
            PrivateIpAddress = instance.PrivateIpv4?.ToString(),
            PublicIpAddress = instance.PublicIpv4?.ToString(),
            Ipv6Addresses = instance.Ipv6Address is { } ipv6 ? [ipv6.ToString()] : [],
            IpAddressType = instance.IpAddressType.ToWire(),
            Hardware = Hardware(instance, blueprint),
            Networking = new InstanceNetworking
            {
                MonthlyTransfer = new MonthlyTransfer { GbPerMonthAllocated = Bundles.Find(instance.BundleId)?.TransferPerMonthInGb ?? 0 },
                Ports = [.. instance.Ports.Rules.Select(rule => rule.ToPortInfo(awsQuirks))],
            },
            State = ToWire(instance.State),
            Username = blueprint?.Username ?? "",
            SshKeyName = instance.KeyPairName,
            MetadataOptions = new InstanceMetadataOptions
            {
                State = "applied",
                HttpTokens = instance.MetadataOptions.HttpTokens,
                HttpEndpoint = instance.MetadataOptions.HttpEndpoint,
                HttpPutResponseHopLimit = instance.MetadataOptions.HttpPutResponseHopLimit,
                HttpProtocolIpv6 = instance.MetadataOptions.HttpProtocolIpv6,
            },
        };
    }

    public static Wire.Lightsail.InstanceState ToWire(Domain.InstanceState state) => new() { Code = (int)state, Name = state.ToWire() };

    private static ResourceLocation Zone(Domain.Instance instance) => new() { AvailabilityZone = instance.AvailabilityZone, RegionName = instance.Scope.Region };

    /// <summary>A machine that was attached has no bundle, and what it is made of is its own affair.</summary>
    private static InstanceHardware Hardware(Domain.Instance instance, Domain.Blueprint? blueprint) => Bundles.Find(instance.BundleId) is not { } bundle
        ? new InstanceHardware { CpuCount = 0, RamSizeInGb = 0 }
        : new InstanceHardware
        {
            CpuCount = bundle.CpuCount,
            RamSizeInGb = bundle.RamSizeInGb,
            Disks =
            [
                new Disk
                {
                    CreatedAt = instance.CreatedAt,
                    SizeInGb = bundle.DiskSizeInGb,
                    IsSystemDisk = true,
                    Iops = bundle.DiskIops,
                    Path = blueprint?.Platform == Platform.Windows ? "/dev/sda1" : "/dev/xvda",
                    AttachedTo = instance.Name,
                    AttachmentState = "attached",
                },
            ],
        };
}
