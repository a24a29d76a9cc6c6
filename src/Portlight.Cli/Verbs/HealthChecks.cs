using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Cli.Aws;
using Portlight.Domain;
using Portlight.Server;
using Portlight.Storage;

namespace Portlight.Cli.Verbs;

/// <summary>What the doctor looks at, in the order in which a fault of one explains a fault of the next.</summary>
internal static class HealthChecks
{
    public static async Task<IReadOnlyList<DoctorFinding>> RunAsync(string directory, CancellationToken cancellation)
    {
        var (server, serversTime) = await ServerAsync(directory, cancellation);
        return
        [
            Kernel(),
            .. Enforcement(),
            .. Rules(directory),
            .. AttachmentChecks.OfOtherFirewalls(),
            ClockCheck.Of(TimeProvider.System.GetUtcNow(), ClockCheck.Signs(directory, serversTime)),
            .. DataChecks.Of(directory),
            server,
            .. await AttachmentChecks.OfServerAsync(directory, cancellation),
            await AwsCheck.RunAsync(AwsCommandLine.FindOn(Environment.GetEnvironmentVariable("PATH")), cancellation),
        ];
    }

    private static DoctorFinding Kernel() => new("kernel", DoctorFinding.Ok, $"Linux {HostCheck.KernelRelease}, {Environment.ProcessorCount} processors");

    private static IEnumerable<DoctorFinding> Enforcement()
    {
        var check = HostCheck.Run();
        yield return check switch
        {
            { CanEnforce: true, CanMakeLab: true } => new("enforcement", DoctorFinding.Ok, "ports can be enforced, and lab instances made"),
            { CanEnforce: true } => new("enforcement", DoctorFinding.Warning, "ports can be enforced; lab instances cannot be made"),
            _ => new("enforcement", DoctorFinding.Problem, "no packet can be filtered here; serve would only record ports"),
        };
        if (check.CanEnforce)
        {
            // Few have guests on bridges: to attach one is refused with the same words.
            yield return new("bridges", DoctorFinding.Ok, HostCheck.BridgeProblem is { } missing ? $"guests on bridges cannot be filtered one by one: {missing}" : "guests on bridges can be filtered one by one");
        }

        foreach (var problem in check.Problems)
        {
            yield return new("enforcement", check.CanEnforce ? DoctorFinding.Warning : DoctorFinding.Problem, problem);
        }
    }

    /// <summary>The rules in the kernel: whose they are, and what keeps others from changing them. Nothing where the kernel does not show them.</summary>
    private static IEnumerable<DoctorFinding> Rules(string directory)
    {
        const string Subject = "rules";
        KernelRules rules;
        InstallationId? own;
        try
        {
            rules = KernelRules.Look();
            own = InstallationFile.Read(directory);
        }
        catch (AgentException)
        {
            return [];
        }
        catch (StoreException damaged)
        {
            return [new(Subject, DoctorFinding.Problem, damaged.Message)];
        }

        var protection = rules.CanBeOwned
            ? "the kernel lets nobody but a running server change them"
            : "this kernel cannot keep others from changing them (Linux 6.9 can): a running server notices that and repairs them";
        return rules switch
        {
            { IsThere: false } => [new(Subject, DoctorFinding.Ok, $"none are in the kernel; when there are, {protection}")],
            { Installation: var there } when there is null || there != own =>
                [new(Subject, DoctorFinding.Problem, $"those in the kernel are of {(there is null ? "no installation" : $"installation {there}")}, and {directory} is {(own is null ? "none yet" : $"installation {own}")}: serve will refuse to start on it without --take-over")],
            { CanBeOwned: true, IsOwned: false } => [new(Subject, DoctorFinding.Warning, "they are in force, but no server runs that keeps others from changing them")],
            _ => [new(Subject, DoctorFinding.Ok, $"they are in force; {protection}")],
        };
    }

    /// <summary>Also what its clock says, to the second, as every answer of HTTP tells.</summary>
    private static async Task<(DoctorFinding Finding, DateTimeOffset? Time)> ServerAsync(string directory, CancellationToken cancellation)
    {
        if (RunningServer.IsHidden(directory))
        {
            return (new("server", DoctorFinding.Warning, $"whether one runs on {directory} cannot be seen: its lock is another user's"), null);
        }

        if (EndpointFile.Read(directory) is not { } endpoint || !RunningServer.HasLocked(directory))
        {
            return (new("server", DoctorFinding.Warning, "none runs on this data directory; `portlight serve` starts one"), null);
        }

        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            using var answer = await http.GetAsync(new Uri(endpoint, "/healthz"), cancellation);
            DoctorFinding finding = answer.IsSuccessStatusCode
                ? new("server", DoctorFinding.Ok, $"answers at {endpoint.GetLeftPart(UriPartial.Authority)}")
                : new("server", DoctorFinding.Problem, $"{endpoint} says {(int)answer.StatusCode}: {(await answer.Content.ReadAsStringAsync(cancellation)).Trim()}");
            return (finding, answer.Headers.Date);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return (new("server", DoctorFinding.Problem, $"it runs, but does not answer at {endpoint}: {exception.Message}"), null);
        }
    }
}
