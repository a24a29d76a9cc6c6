namespace Portlight.Cli.Service;

/// <summary>The files of a server's service, by their paths in a folder of units: one unit that loads the rules of the last run before the network, the server, and a drop-in that leaves the rules alone.</summary>
internal static class ServiceUnits
{
    public const string RestoreName = "portlight-restore.service";

    public const string ServerName = "portlight.service";

    public const string DropInName = "nftables.service.d/portlight.conf";

    public static IReadOnlyDictionary<string, string> All(ServicePlan plan) => new Dictionary<string, string> { [RestoreName] = Restore(plan), [ServerName] = Server(plan), [DropInName] = UnitText.KeepsRules(plan) };

    public static string Restore(ServicePlan plan) => UnitText.Restore(plan, ServerName);

    /// <summary>It is ready when the listeners answer, too.</summary>
    public static string Server(ServicePlan plan)
    {
        string[] words = ["serve", "--data", plan.Data, "--enforce", "kernel"];
        return UnitText.Service(plan, "the Lightsail instance firewall", RestoreName, plan.Settings is null ? words : [.. words, "--settings", plan.Settings]);
    }
}
