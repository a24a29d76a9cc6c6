namespace Portlight.Cli.Service;

/// <summary>The files of the service of a machine without a server, by their paths in a folder of units: the same as the server's, with the agent in its place.</summary>
internal static class AgentUnits
{
    public const string RestoreName = "portlight-agent-restore.service";

    public const string AgentName = "portlight-agent.service";

    public const string DropInName = "nftables.service.d/portlight-agent.conf";

    public static IReadOnlyDictionary<string, string> All(ServicePlan plan) => new Dictionary<string, string> { [RestoreName] = Restore(plan), [AgentName] = Agent(plan), [DropInName] = UnitText.KeepsRules(plan) };

    public static string Restore(ServicePlan plan) => UnitText.Restore(plan, AgentName);

    /// <summary>It is ready without a server: when the kernel has what the agent remembers.</summary>
    public static string Agent(ServicePlan plan) => UnitText.Service(
        plan, "the agent of this machine", RestoreName, ["--data", plan.Data, .. plan.Lab ? ["--lab"] : Array.Empty<string>(), .. plan.CountsPackets ? ["--count-packets"] : Array.Empty<string>()]);
}
