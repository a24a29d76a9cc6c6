using System.Text.Json;
using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Ports;
using Portlight.Console.Selection;
using Portlight.Console.Settings;
using Portlight.Console.Tests.Api;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Selection;

public sealed class ChangeRunTests : IDisposable
{
    private readonly AnsweringApi _server = new();
    private readonly ApiEndpoint _endpoint;
    private readonly ApiCaller _caller;

    public ChangeRunTests()
    {
        _endpoint = new ApiEndpoint(new ConsoleSettings { Api = _server.Address }, TimeProvider.System);
        _caller = new ApiCaller(_endpoint, new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "secret"), "us-east-1", null);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _endpoint.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_change_that_no_answer_came_to_is_not_called_refused_and_one_that_was_refused_is()
    {
        var run = new ChangeRun("Open 443", [Opening("web-1"), Opening("web-2")]);
        foreach (var line in run.Lines)
        {
            var answered = _server.AnswerAsync(Nothing());
            await line.LookAsync(_caller, Cancellation);
            await answered;
        }

        var broken = _server.AnswerAsync("{", breaksOff: true);
        await run.Lines[0].ApplyAsync(_caller, null, Cancellation);
        await broken;
        var refused = _server.AnswerAsync("""{"__type":"AccessDeniedException","message":"not yours"}""", 400);
        await run.Lines[1].ApplyAsync(_caller, null, Cancellation);
        await refused;

        Assert.Equal([ChangeState.NotKnown, ChangeState.Refused], run.Lines.Select(line => line.State));
        Assert.Equal((1, 0), (run.Count(ChangeState.NotKnown), run.Count(ChangeState.Done)));
    }

    private static PortsOfInstance Opening(string name) => new(
        new WantedPorts.Open(new PortRule("tcp", 443, 443, [PortRule.Everyone4])),
        new InstanceView(new InstanceStatus { Name = name, RegionName = "us-east-1", AccountId = "111122223333", State = "running", IpAddresses = [], PortStates = [], DesiredRevision = 1, AppliedRevision = 1 }));

    /// <summary>No port is open, and the change may be made.</summary>
    private static string Nothing() => JsonSerializer.Serialize(new PreviewPortsResponse { PortStatesBefore = [], EntityTag = "\"1\"" }, PortlightJson.Default.PreviewPortsResponse);
}
