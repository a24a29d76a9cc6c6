using Portlight.Console.Live;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Live;

public sealed class FleetQueryTests
{
    private static readonly InstanceView Web = new(new InstanceStatus
    {
        Name = "web-1",
        RegionName = "us-east-1",
        AccountId = "111122223333",
        State = "running",
        DesiredRevision = 7,
        AppliedRevision = 6,
        IpAddresses = ["203.0.113.11"],
        Tags = [new Tag { Key = "env", Value = "prod" }, new Tag { Key = "pci" }],
        Attachment = new Attachment { Kind = "lab", Host = "fra-07" },
        PortStates = [new InstancePortState { Protocol = "tcp", FromPort = 20, ToPort = 30, State = "open", Cidrs = ["0.0.0.0/0"] }],
    });

    [Theory]
    [InlineData("")]
    [InlineData("WEB")]
    [InlineData("113.11")]
    [InlineData("tag:env tag:env=prod tag:pci")]
    [InlineData("open:22")]
    [InlineData("open:everyone")]
    [InlineData("everyone:22")]
    [InlineData("host:FRA-07")]
    [InlineData("is:waiting is:running")]
    public void Each_word_of_what_an_instance_is_finds_it(string query) => Assert.True(FleetQuery.Parse(query).Fits(Web));

    [Theory]
    [InlineData("db")]
    [InlineData("web tag:env=test")]
    [InlineData("tag:prod")]
    [InlineData("open:31")]
    [InlineData("open:no-port")]
    [InlineData("everyone:31")]
    [InlineData("everyone:no-port")]
    [InlineData("host:fra")]
    [InlineData("is:refused")]
    public void One_word_that_it_is_not_leaves_it_out(string query) => Assert.False(FleetQuery.Parse(query).Fits(Web));
}
