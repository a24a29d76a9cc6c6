namespace Portlight.Domain.Tests.Places;

public sealed class PlacesTests
{
    [Theory]
    [InlineData("amazon_linux_2", "80/tcp, 22/tcp", "ec2-user")]
    [InlineData("ubuntu_22_04", "80/tcp, 22/tcp", "ubuntu")]
    [InlineData("debian_12", "80/tcp, 22/tcp", "admin")]
    [InlineData("wordpress", "80/tcp, 22/tcp, 443/tcp", "bitnami")]
    [InlineData("mean", "80/tcp, 22/tcp, 443/tcp", "bitnami")]
    [InlineData("windows_server_2022", "80/tcp, 22/tcp, 3389/tcp", "Administrator")]
    [InlineData("cpanel_whm_linux", "80/tcp, 22/tcp, 443/tcp, 53/tcp, 53/udp, 2078/tcp, 2083/tcp, 2087/tcp, 2089/tcp", "ec2-user")]
    [InlineData("plesk_ubuntu_22_04", "80/tcp, 22/tcp, 443/tcp, 53/tcp, 53/udp, 8443/tcp, 8447/tcp", "ubuntu")]
    public void A_blueprint_says_what_is_open_at_first_and_who_logs_in(string id, string ports, string username)
    {
        var blueprint = Blueprints.Find(id);
        Assert.NotNull(blueprint);
        Assert.Equal(ports, string.Join(", ", blueprint.DefaultPorts.Rules.Select(rule => rule.Key)));
        Assert.All(blueprint.DefaultPorts.Rules, rule => Assert.Equal([Cidr.AnyIpv4, Cidr.AnyIpv6], [.. rule.Ipv4Sources, .. rule.Ipv6Sources]));
        Assert.Equal(username, blueprint.Username);
    }

    [Theory]
    [InlineData("nano_3_0", 5, 2, 0.5, 20, 1024, 298)]
    [InlineData("micro_3_0", 7, 2, 1, 40, 2048, 500)]
    [InlineData("small_3_0", 12, 2, 2, 60, 3072, 1000)]
    public void The_captured_bundles_are_as_captured(string id, double price, int cpus, double ram, int disk, int transfer, int power)
    {
        var bundle = Bundles.Find(id);
        Assert.NotNull(bundle);
        Assert.Equal((price, cpus, ram, disk, transfer, power), (bundle.Price, bundle.CpuCount, bundle.RamSizeInGb, bundle.DiskSizeInGb, bundle.TransferPerMonthInGb, bundle.Power));
        Assert.True(bundle.IsActive);
    }

    [Theory]
    [InlineData("nano_1_0")]
    [InlineData("nano_2_0")]
    [InlineData("medium_1_0")]
    [InlineData("medium_3_0")]
    [InlineData("large_win_3_0")]
    public void The_bundles_that_clients_tests_name_exist(string id) => Assert.Equal(1, Bundles.Find(id)?.PublicIpv4AddressCount);

    [Fact]
    public void Ipv6_only_bundles_have_no_public_ipv4_address()
    {
        Assert.Equal(0, Bundles.Find("nano_ipv6_3_0")?.PublicIpv4AddressCount);
        Assert.Equal(16, Bundles.In("us-east-1").Count(bundle => bundle.PublicIpv4AddressCount == 0));
    }

    [Fact]
    public void Disks_are_as_fast_as_captures_show()
    {
        Assert.Equal(100, Bundles.Find("nano_3_0")?.DiskIops);
        Assert.Equal(240, Bundles.Find("medium_3_0")?.DiskIops);
    }

    [Fact]
    public void Every_region_has_zones_named_after_it_and_a_sentence()
    {
        Assert.Equal(["us-east-2a", "us-east-2b", "us-east-2c"], Regions.Find("us-east-2")!.Zones);
        Assert.Equal(17, Regions.All.Length);
        Assert.All(Regions.All, region => Assert.All(region.Zones, zone => Assert.StartsWith(region.Name, zone, StringComparison.Ordinal)));
        Assert.All(Regions.All, region => Assert.NotEmpty(region.Zones));
    }

    [Fact]
    public void Every_blueprint_runs_on_some_active_bundle_of_its_platform() => Assert.All(
        Blueprints.All, blueprint => Assert.Contains(Bundles.In("us-east-1"), bundle => bundle.IsActive && bundle.Platform == blueprint.Platform && bundle.Power >= blueprint.MinPower));

    [Theory]
    [InlineData("us-east-1", "nano_3_0", "nano_3_1")]
    [InlineData("eu-west-1", "nano_ipv6_3_0", "nano_ipv6_3_2")]
    [InlineData("ap-south-1", "nano_3_1", "nano_3_0")]
    [InlineData("ap-south-1", "small_ipv6_3_1", "small_ipv6_3_0")]
    [InlineData("ap-southeast-2", "large_3_2", "large_3_0")]
    [InlineData("ap-southeast-2", "nano_1_2", "nano_3_1")]
    public void Two_regions_have_bundles_of_their_own_names(string region, string known, string unknown)
    {
        Assert.Equal(known, Bundles.Find(region, known)?.Id);
        Assert.Null(Bundles.Find(region, unknown));
        Assert.Equal(known, Bundles.Find(known)?.Id); // an instance shows what it was made with
        Assert.Equal(Bundles.In("us-east-1").Length, Bundles.In(region).Select(bundle => bundle.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("nodejs", "node")]
    [InlineData("lamp_8_bitnami", "lamp_8")]
    [InlineData("nginx", "nginx")]
    [InlineData("windows_server_2019", "windows_2019")]
    [InlineData("windows_server_2022_sql_2022_express", "windows_2022_sql_exp_2022")]
    [InlineData("windows_server_2016_sql_2016_express", "windows_2016_sql_exp")]
    [InlineData("ubuntu_24_04", "ubuntu")]
    [InlineData("ubuntu_22_04", "ubuntu")]
    public void A_group_is_what_the_versions_of_an_image_share(string id, string group) => Assert.Equal(group, Blueprints.Find(id)?.Group);

    [Fact]
    public void What_is_not_in_the_catalogue_is_not_found()
    {
        Assert.Null(Regions.Find("mars-1"));
        Assert.Null(Blueprints.Find("WORDPRESS"));
        Assert.Null(Bundles.Find(null));
    }
}
