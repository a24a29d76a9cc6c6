using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Ports;
using Portlight.Console.Selection;
using Portlight.Console.Settings;
using Portlight.Console.Tests.Api;
using Portlight.Wire.Lightsail;
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
        var run = await LookedAtAsync("web-1", "web-2");

        var broken = _server.AnswerAsync("{", breaksOff: true);
        await run.Lines[0].ApplyAsync(_caller, HowToApply.Plain, Cancellation);
        await broken;
        var refused = _server.AnswerAsync("""{"__type":"AccessDeniedException","message":"not yours"}""", 400);
        await run.Lines[1].ApplyAsync(_caller, HowToApply.Plain, Cancellation);
        await refused;

        Assert.Equal([ChangeState.NotKnown, ChangeState.Refused], run.Lines.Select(line => line.State));
        Assert.Equal((1, 0), (run.Count(ChangeState.NotKnown), run.Count(ChangeState.Done)));
    }

    /// <summary>What would be reverted before anybody could look at all of it is not begun.</summary>
    [Fact]
    public async Task What_leaves_a_person_no_time_to_confirm_is_not_begun()
    {
        var clock = new FakeTimeProvider();
        var run = await LookedAtAsync("web-1", "web-2");
        Assert.Equal(TimeSpan.FromSeconds(62), run.ToConfirm);

        var slow = AnswerSlowlyAsync();
        await run.ApplyAsync(_caller, new HowToApply(null, run.ToConfirm), clock, () => { }, Cancellation);
        await slow;

        Assert.Equal([ChangeState.Waits, ChangeState.Ready], run.Lines.Select(line => line.State));
        Assert.Equal(clock.Start + TimeSpan.FromSeconds(62), run.ConfirmBy);

        async Task AnswerSlowlyAsync() => await _server.AnswerAsync(Written(), before: () => clock.Advance(TimeSpan.FromSeconds(40)));
    }

    [Fact]
    public async Task What_became_of_a_change_that_waits_is_seen_in_the_list_once_that_has_heard_of_it()
    {
        var run = await LookedAtAsync("web-1", "web-2");
        foreach (var line in run.Lines)
        {
            var written = _server.AnswerAsync(Written());
            await line.ApplyAsync(_caller, new HowToApply(null, TimeSpan.FromSeconds(60)), Cancellation);
            await written;
        }

        run.Follow([View("web-1"), View("web-2")]);
        Assert.Equal(2, run.Count(ChangeState.Waits));
        run.Follow([View("web-1", isWaiting: true, isOpen: true), View("web-2", isWaiting: true, isOpen: true)]);
        Assert.Equal(2, run.Count(ChangeState.Waits));
        run.Follow([View("web-1"), View("web-2", isOpen: true)]);

        Assert.Equal([ChangeState.Undone, ChangeState.Done], run.Lines.Select(line => line.State));
    }

    private async Task<ChangeRun> LookedAtAsync(params string[] names)
    {
        var run = new ChangeRun("Open 443", [.. names.Select(Opening)]);
        foreach (var line in run.Lines)
        {
            var answered = _server.AnswerAsync(Nothing());
            await line.LookAsync(_caller, Cancellation);
            await answered;
        }

        return run;
    }

    private static InstanceView View(string name, bool isWaiting = false, bool isOpen = false) => new(new InstanceStatus
    {
        Name = name,
        RegionName = "us-east-1",
        AccountId = "111122223333",
        State = "running",
        PortStates = isOpen ? [new() { Protocol = "tcp", FromPort = 443, ToPort = 443, State = "open", Cidrs = ["0.0.0.0/0"], Ipv6Cidrs = [], CidrListAliases = [] }] : [],
        DesiredRevision = 2,
        AppliedRevision = 2,
        ConfirmBy = isWaiting ? DateTimeOffset.UnixEpoch : null,
    });

    private static string Written() => JsonSerializer.Serialize(
        new PutInstancePublicPortsResponse
        {
            Operation = new()
            {
                Id = "1",
                ResourceName = "web",
                ResourceType = "Instance",
                CreatedAt = DateTimeOffset.UnixEpoch,
                Location = new() { AvailabilityZone = "us-east-1a", RegionName = "us-east-1" },
                IsTerminal = true,
                OperationType = "PutInstancePublicPorts",
                Status = "Succeeded",
                StatusChangedAt = DateTimeOffset.UnixEpoch,
            },
        },
        LightsailJson.Default.PutInstancePublicPortsResponse);

    private static PortsOfInstance Opening(string name) => new(
        new WantedPorts.Open(new PortRule("tcp", 443, 443, [PortRule.Everyone4])), View(name));

    /// <summary>No port is open, and the change may be made.</summary>
    private static string Nothing() => JsonSerializer.Serialize(new PreviewPortsResponse { PortStatesBefore = [], EntityTag = "\"1\"" }, PortlightJson.Default.PreviewPortsResponse);
}
