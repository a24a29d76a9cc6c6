using System.Text;
using System.Text.Json;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Wire.Tests.PortlightApi;

public sealed class PortlightJsonTests
{
    [Fact]
    public void Every_operation_has_its_two_shapes()
    {
        foreach (var operation in PortlightOperations.All)
        {
            Assert.NotNull(PortlightJson.Default.GetTypeInfo(Shape(operation + "Request")));
            Assert.NotNull(PortlightJson.Default.GetTypeInfo(Shape(operation + "Response")));
        }

        static Type Shape(string name) => typeof(PortlightJson).Assembly.GetType("Portlight.Wire.PortlightApi." + name, throwOnError: true)!;
    }

    [Fact]
    public void An_attach_tells_what_would_close_and_reads_back_the_same()
    {
        var response = new AttachInstanceResponse
        {
            IsDryRun = true,
            Attachment = new() { Kind = "host", Addresses = ["198.51.100.7"] },
            WasAttached = false,
            PortStatesAfter = [new InstancePortState { FromPort = 22, ToPort = 22, Protocol = "tcp", State = "open", Cidrs = ["0.0.0.0/0"] }],
            Listeners = [new() { Protocol = "tcp", Address = "0.0.0.0", Port = 80, Process = "nginx", IsOpenBefore = true, IsOpenAfter = false }],
        };

        var written = Encoding.UTF8.GetString(AwsJson.ToBytes(response, PortlightJson.Default.AttachInstanceResponse));

        Assert.Equal(
            """{"isDryRun":true,"attachment":{"kind":"host","addresses":["198.51.100.7"],"privateCidrs":[]},"wasAttached":false,"portStatesBefore":[],"portStatesAfter":[{"fromPort":22,"toPort":22,"protocol":"tcp","state":"open","cidrs":["0.0.0.0/0"],"ipv6Cidrs":[],"cidrListAliases":[]}],"listeners":[{"protocol":"tcp","address":"0.0.0.0","port":80,"process":"nginx","isOpenBefore":true,"isOpenAfter":false}],"publishedPorts":[],"unseen":[],"sshSessions":[],"cutConnections":[],"outboundConnections":0,"areProcessesHidden":false,"closedInterfaces":[]}""",
            written);
        var again = JsonSerializer.Deserialize(written, PortlightJson.Default.AttachInstanceResponse)!;
        Assert.Equal(written, Encoding.UTF8.GetString(AwsJson.ToBytes(again, PortlightJson.Default.AttachInstanceResponse)));
    }

    [Fact]
    public void A_change_that_waits_to_be_confirmed_says_until_when()
    {
        var status = new InstanceStatus
        {
            Name = "web-1",
            RegionName = "eu-west-1",
            AccountId = "123456789012",
            State = "running",
            DesiredRevision = 7,
            ConfirmBy = DateTimeOffset.FromUnixTimeSeconds(1795348860),
            UnconfirmedSince = DateTimeOffset.FromUnixTimeSeconds(1795348800),
        };

        Assert.Equal(
            """{"name":"web-1","regionName":"eu-west-1","accountId":"123456789012","state":"running","ipAddresses":[],"portStates":[],"desiredRevision":7,"confirmBy":1795348860,"unconfirmedSince":1795348800}""",
            Encoding.UTF8.GetString(AwsJson.ToBytes(status, PortlightJson.Default.InstanceStatus)));
    }

    [Theory]
    [InlineData("""{"instanceName":"web-1"}""", null)]
    [InlineData("""{"instanceName":"web-1","revert":true}""", true)]
    public void A_confirmation_names_the_instance_and_whether_to_revert(string written, bool? revert)
    {
        Assert.True(AwsJson.TryRead(Encoding.UTF8.GetBytes(written), PortlightJson.Default.ConfirmPortsRequest, out var request, out _));

        Assert.Equal(("web-1", revert), (request.InstanceName, request.Revert));
    }

    [Fact]
    public void An_instance_never_applied_has_no_applied_revision()
    {
        var status = new InstanceStatus { Name = "web-1", RegionName = "eu-west-1", AccountId = "123456789012", State = "running", DesiredRevision = 7 };

        Assert.Equal(
            """{"name":"web-1","regionName":"eu-west-1","accountId":"123456789012","state":"running","ipAddresses":[],"portStates":[],"desiredRevision":7}""",
            Encoding.UTF8.GetString(AwsJson.ToBytes(status, PortlightJson.Default.InstanceStatus)));
    }
}
