using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight watch</c>: a line for each change of instances of an account and region, as it happens.</summary>
internal static class WatchVerb
{
    private const int PageSize = 1_000;

    public static Command Create()
    {
        var names = new Argument<string[]>("names") { Description = "Only these instances", Arity = ArgumentArity.ZeroOrMore };
        names.CompletionSources.Add(InstanceNames.Find);
        var once = new Option<bool>("--once") { Description = "End after the first change" };
        var json = new Option<bool>("--json") { Description = "The changed instances as JSON in the shape of the API, one on each line" };
        var where = new InstallationOptions();
        var command = new Command("watch", "Show changes of instances as they happen") { names, once, json };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = await where.OpenAsync(parsed, cancellation);
            var watch = new Watch(installation, [.. parsed.GetValue(names) ?? []], parsed.GetValue(json), parsed.InvocationConfiguration.Output);
            await watch.RunAsync(parsed.GetValue(once), cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private sealed class Watch(Installation installation, HashSet<string> names, bool asJson, TextWriter output)
    {
        private Dictionary<string, InstanceStatus> _known = [];

        public async Task RunAsync(bool isOnce, CancellationToken cancellation)
        {
            (_known, var revision) = await ReadAsync(cancellation);
            while (true)
            {
                var answer = await installation.CallAsync(
                    "WatchChanges", new WatchChangesRequest { AfterRevision = revision }, PortlightJson.Default.WatchChangesRequest, PortlightJson.Default.WatchChangesResponse, cancellation);
                revision = answer.Revision;
                var (changed, removed) = (answer.Changed, answer.Removed);
                if (answer.MustReadAgain)
                {
                    (var all, revision) = await ReadAsync(cancellation);
                    changed = [.. all.Values.Where(now => !_known.TryGetValue(now.Name, out var before) || before.DesiredRevision != now.DesiredRevision)];
                    removed = [.. _known.Keys.Except(all.Keys)];
                }

                if (await TellAsync(changed, removed, revision) && isOnce)
                {
                    return;
                }
            }
        }

        private async Task<bool> TellAsync(IReadOnlyList<InstanceStatus> changed, IReadOnlyList<string> removed, long revision)
        {
            var lines = new List<string>();
            foreach (var now in changed.Where(IsWanted))
            {
                lines.Add(asJson ? JsonSerializer.Serialize(now, PortlightJson.Default.InstanceStatus) : $"{Time()} {now.Name}: {Difference(_known.GetValueOrDefault(now.Name), now)}");
                _known[now.Name] = now;
            }

            foreach (var name in removed.Where(name => _known.Remove(name)))
            {
                lines.Add(asJson ? JsonSerializer.Serialize(new WatchChangesResponse { Revision = revision, Removed = [name] }, PortlightJson.Default.WatchChangesResponse) : $"{Time()} {name}: gone");
            }

            foreach (var line in lines)
            {
                await output.WriteLineAsync(line);
            }

            await output.FlushAsync();
            return lines.Count > 0;
        }

        private static string Difference(InstanceStatus? before, InstanceStatus now)
        {
            string[] ports = [.. PortsVerb.Difference(before is null ? PortSet.Empty : PortText.SetOf(before.PortStates), PortText.SetOf(now.PortStates))];
            string[] all = [.. before is null ? ["new"] : Array.Empty<string>(), .. before is not null && before.State != now.State ? [now.State] : Array.Empty<string>(), .. ports];
            return $"{(all.Length == 0 ? "the same ports" : string.Join("; ", all))} ({State(now)})";
        }

        private static string State(InstanceStatus now) => now switch
        {
            { NotFiltered: { } why } => $"not filtered: {why}",
            { LastError: { } refused } => $"refused: {refused}",
            _ when now.AppliedRevision == now.DesiredRevision => "applied",
            { StaleSince: not null } => "its host is away",
            _ => "not applied yet",
        };

        private async Task<(Dictionary<string, InstanceStatus> All, long Revision)> ReadAsync(CancellationToken cancellation)
        {
            var (all, revision, token) = (new Dictionary<string, InstanceStatus>(), long.MaxValue, (string?)null);
            do
            {
                var page = await installation.CallAsync(
                    "ListFleet", new ListFleetRequest { MaxResults = PageSize, PageToken = token }, PortlightJson.Default.ListFleetRequest, PortlightJson.Default.ListFleetResponse, cancellation);
                foreach (var instance in page.Instances.Where(IsWanted))
                {
                    all[instance.Name] = instance;
                }

                (revision, token) = (Math.Min(revision, page.Revision), page.NextPageToken);
            }
            while (token is not null);

            return (all, revision);
        }

        private bool IsWanted(InstanceStatus instance) => names.Count == 0 || names.Contains(instance.Name);

        private static string Time() => TimeProvider.System.GetUtcNow().UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";
    }
}
