using System.Net;
using Portlight.Api;
using Portlight.Domain;

namespace Portlight.Cli;

/// <summary>
/// What <c>serve</c> tells beside the line that scripts wait for. Warnings always go to stderr; what a new user wants to know goes there when a person reads along,
/// because in a file or a pipe every line of stderr is a record of the log.
/// </summary>
internal static class ServeTalk
{
    /// <summary>What was asked for and is not so, or should not be so.</summary>
    /// <param name="given">The settings as they were asked for.</param>
    /// <param name="named">Whether a setting was named by anybody.</param>
    /// <param name="home">The account and region that the installation has.</param>
    public static IEnumerable<string> Warnings(ServeOptions given, Func<string, bool> named, Scope home)
    {
        if (named("region") && given.Region != home.Region)
        {
            yield return $"the region {given.Region} is not open, and `region` counts at the first start alone; commands use {home.Region}. `portlight region open {given.Region}` opens it";
        }

        if (given.Account is { } account && account != home.AccountId)
        {
            yield return $"the account {account} is not made, because `account` counts at the first start alone; this installation belongs to {home.AccountId}. `portlight account create {account}` makes it";
        }

        foreach (var open in given.Listen.Append(given.Console).OfType<Uri>().Where(uri => uri.Scheme == "http" && uri.Host != "localhost" && ServeOptions.ListenAddress(uri) is { } address && !IPAddress.IsLoopback(address)))
        {
            yield return $"WARNING: {open.GetLeftPart(UriPartial.Authority)} is not encrypted: everybody on the way reads every answer, secret keys among them. Listen on https:// (--tls-cert, --tls-key), or behind a proxy that does";
        }
    }

    /// <summary>After the first line: where everything is and what to type next.</summary>
    public static IEnumerable<string> Welcome(string directory, Scope home, bool enforces)
    {
        yield return $"data in {directory}: account {home.AccountId}, region {home.Region}, its root key in {Path.Combine(directory, "credentials")}";
        yield return $"next, in another terminal: eval \"$(portlight env)\"; portlight status; portlight help{(enforces ? "" : " (this server only records ports; as root it filters packets)")}";
    }

    /// <summary>After the last request: nothing opens because a server stops.</summary>
    public const string RulesStay = "stopped; the rules stay in the kernel and go on filtering. `portlight teardown` removes them";
}
