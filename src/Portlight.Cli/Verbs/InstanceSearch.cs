using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>Instances by name: a name means something in one account and region, and an operator may not have said which.</summary>
internal static class InstanceSearch
{
    /// <summary>What to say of a name that is not where it was looked for: where it is, or the server's own words.</summary>
    public static async Task<Exception> ElsewhereAsync(Installation installation, string name, AwsErrorException missing, CancellationToken cancellation)
    {
        var others = (await StatusVerb.ReadAsync(installation, name: null, cancellation)).Instances.Where(instance => instance.Name == name).ToList();
        return others.Count == 0
            ? missing
            : new FailedException($"there is no {name} in {installation.Region} of this account, but there is one {string.Join(" and one ", others.Select(Place))}");
    }

    private static string Place(InstanceStatus instance) => $"with --region {instance.RegionName} --account {instance.AccountId}";
}
