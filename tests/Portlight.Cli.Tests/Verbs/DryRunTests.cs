using Portlight.Cli.Verbs;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Tests.Verbs;

public sealed class DryRunTests
{
    [Fact]
    public void The_statements_that_allow_a_change_are_named() => Assert.Equal(
        ["no packet is treated otherwise than now", "allowed by WebTeamPorts of user/dev/own", "allowed by statement 2 of arn:aws:iam::111122223333:policy/web"],
        DryRun.Lines(new PreviewPortsResponse
        {
            PortStatesBefore = [],
            EntityTag = "1",
            AllowedBy = [new("user/dev/own", "WebTeamPorts"), new("arn:aws:iam::111122223333:policy/web", "statement 2")],
        }));
}
