using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>Instances by name: a name means something in one account and region, and an operator may not have said which.</summary>
internal static class InstanceSearch
{
    /// <summary>The answer to what is asked about an instance; where the account has none of that name, the error says where there is one.</summary>
    /// <exception cref="FailedException">There is no such instance.</exception>
    public static async Task<T> AskAsync<T>(Installation installation, string name, Func<Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask();
        }
        catch (AwsErrorException missing) when (missing.Type == "NotFoundException" && installation.OtherAccount is null)
        {
            throw await ElsewhereAsync(installation, name, cancellation);
        }
    }

    /// <summary>What to say of a name that is not where it was looked for: where it is, or which is meant.</summary>
    private static async Task<FailedException> ElsewhereAsync(Installation installation, string name, CancellationToken cancellation)
    {
        var all = (await StatusVerb.ReadAsync(installation, name: null, cancellation)).Instances;
        var others = all.Where(instance => instance.Name == name).ToList();
        return all.Count == 0 ? new FailedException($"there is no instance {name}, nor any other: `portlight attach` puts a machine behind the firewall, `portlight aws lightsail create-instances` makes a lab instance")
            : others.Count == 0 ? new FailedException($"there is no instance {name} in {installation.Region}{Suggestion.For(name, all.Select(instance => instance.Name))}")
            : new FailedException($"there is no {name} in {installation.Region} of this account, but there is one {string.Join(" and one ", others.Select(Place))}");
    }

    private static string Place(InstanceStatus instance) => $"with --region {instance.RegionName} --account {instance.AccountId}";
}
