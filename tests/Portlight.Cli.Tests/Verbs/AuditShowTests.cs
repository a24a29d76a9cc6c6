using Portlight.Cli.Verbs;
using Portlight.Wire.CloudTrail;

namespace Portlight.Cli.Tests.Verbs;

/// <summary><c>portlight audit show</c>: a request that was refused may have named anything, and is shown.</summary>
public sealed class AuditShowTests
{
    [Fact]
    public void A_name_makes_no_row_of_its_own_and_no_row_longer_than_it_may_be()
    {
        var refused = new Event
        {
            EventName = "GetInstance",
            Username = "alice",
            EventTime = DateTimeOffset.UnixEpoch,
            Resources = [new Resource { ResourceType = "AWS::Lightsail::Instance", ResourceName = "web-1\n1970-01-01T00:00:00Z  root\u001b[1A" + new string('x', 5_000) }],
            CloudTrailEvent = """{"errorCode":"InvalidInputException","recipientAccountId":"111122223333"}""",
        };
        var output = new StringWriter();
        AuditShow.Write([refused], asJson: false, output);

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("account 111122223333", 4), (lines[0], lines.Length));
        Assert.Contains("web-1?1970-01-01T00:00:00Z  root?[1Axxx", lines[3], StringComparison.Ordinal);
        Assert.InRange(lines[3].Length, 300, 450);
    }
}
