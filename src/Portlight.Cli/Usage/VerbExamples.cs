using System.Collections.Frozen;

namespace Portlight.Cli.Usage;

/// <summary>What stands behind a verb's options in its help and its man page.</summary>
/// <param name="Examples">Lines to type, each with what it does. A test parses every one of them.</param>
/// <param name="ExitCodes">A line for each exit code.</param>
internal sealed record VerbGuide(IReadOnlyList<(string Line, string Meaning)> Examples, IReadOnlyList<string> ExitCodes);

/// <summary>Examples and exit codes of every verb, by its path below <c>portlight</c>.</summary>
internal static class VerbExamples
{
    private static readonly FrozenDictionary<string, VerbGuide> All = new Dictionary<string, VerbGuide>
    {
        [""] = Guide(
            null,
            ("portlight serve", "runs the server; the other verbs call it"),
            ("portlight open web-1 443 --from 10.0.0.0/8", "opens a port of an instance"),
            ("portlight help open", "shows help for a verb")),
        ["serve"] = Guide(
            "1  it could not start, or had to stop, or audit events were lost",
            ("portlight serve", "filters packets if run as root; otherwise it only records ports, and says so"),
            ("portlight serve --listen https://0.0.0.0:8580 --tls-cert cert.pem --tls-key key.pem", "accepts connections from other machines"),
            ("portlight serve --console", "starts the web console beside it, on http://127.0.0.1:8590")),
        ["console"] = Guide(
            null,
            ("portlight console", "the web console for this machine's server, on http://127.0.0.1:8590"),
            ("portlight console --api https://portlight.example:8580 --listen http://127.0.0.1:0", "of another server, on a free port")),
        ["open"] = Guide(
            null,
            ("portlight open web-1 443", "opens 443/tcp to everybody, in addition to what is open"),
            ("portlight open web-1 ssh,5432 --from 10.0.0.0/8,2001:db8::/32", "only for two networks"),
            ("portlight open web-1 8000-8100/udp icmp:8", "a range of UDP, and ping"),
            ("portlight open web-1 22 --from me --for 1h", "for the address of this SSH session; closed after an hour"),
            ("portlight open web-1 5432 --from office --reason 'migration of the shop'", "for the network of that name (`portlight names`), with a reason"),
            ("portlight open web-1 22 --dry-run", "shows what it would open, and whether you may")),
        ["close"] = Guide(
            null,
            ("portlight close web-1 443", "removes the rule for 443/tcp, whatever its sources"),
            ("portlight close web-1 22 --from 198.51.100.7", "removes one source"),
            ("portlight close me 22 --confirm 60s", "is undone after a minute unless a new session confirms it")),
        ["ports"] = Guide(
            null,
            ("portlight ports web-1", "shows what is open, a rule on each line"),
            ("portlight ports web-1 22@192.0.2.0/24,443", "opens these and closes everything else"),
            ("portlight ports web-1 --template web", "the rules that are kept under this name, and no others"),
            ("portlight ports web-1 none", "closes everything")),
        ["attach"] = Guide(
            null,
            ("portlight attach me --this-host --open 22,443 --confirm 60s", "this machine; undone after a minute unless a new session confirms it"),
            ("portlight attach vm-1 --interface vnet0 --address 203.0.113.9", "a virtual machine, by the host side of its network card"),
            ("portlight attach vm-2 --host fra-07 --mac 52:54:00:aa:bb:01", "one on another host, by its hardware address")),
        ["names list"] = Guide(null, ("portlight names list", "the named networks and templates of the account")),
        ["names network"] = Guide(
            null,
            ("portlight names network office 203.0.113.0/24 2001:db8:9::/48", "gives a name to two networks; `--from office` means both"),
            ("portlight names network office --forget", "forgets it; rules keep the addresses")),
        ["names template"] = Guide(null, ("portlight names template web 80 443 22@203.0.113.0/24", "keeps three rules under a name; no instance is changed")),
        ["agent join"] = Guide(
            null,
            ("portlight agent join plj1.TOKEN --install", "on the machine that becomes a host; `portlight host token` prints the token"),
            ("portlight agent join - --install", "the same, with the token from standard input: no list of processes and no history of a shell has it")),
        ["agent show"] = Guide(null, ("portlight agent show", "on a host: which one it is, and what is attached with which ports; asks no server")),
        ["agent restore-rules"] = Guide(null, ("portlight agent restore-rules", "what the unit portlight-agent-restore runs at boot")),
        ["discover"] = Guide(null, ("portlight discover --host fra-07", "the guests of a host, each with the command that attaches it; attaches nothing")),
        ["detach"] = Guide(null, ("portlight detach vm-1", "all its packets pass afterwards")),
        ["confirm"] = Guide(
            null,
            ("portlight confirm me", "keeps a change; run it in a session that was opened after the change"),
            ("portlight confirm me --revert", "undoes it now")),
        ["status"] = Guide(
            "1  something is not applied, was refused or is not filtered",
            ("portlight status", "shows all instances: address, open ports, applied or not"),
            ("portlight status web-1 --json", "one of them, for a program")),
        ["migrate"] = Guide(
            "1  nothing has moved; or, where it says so, nobody knows: run it again",
            ("portlight migrate --to 'Host=db1,db2;Database=portlight;Username=portlight' --dry-run", "tries all of it and changes nothing"),
            ("portlight migrate --to /var/lib/portlight", "moves back, out of the database that PORTLIGHT_DATABASE names"),
            ("portlight migrate --undo", "goes back to what the file has, and reports what is lost")),
        ["env"] = Guide(
            "1  there is no server, or it was not ready in time; then `false` is printed, so that `eval … &&` stops",
            ("eval \"$(portlight env)\"", "points the AWS clients of this shell at the installation"),
            ("portlight env --wait 1m --format json", "waits for the server; for a program")),
        ["aws"] = Guide(
            "any other  the AWS CLI's own",
            ("portlight aws lightsail get-instances", "the installed AWS CLI, of any version, on this installation and never on the real AWS"),
            ("portlight aws --data /srv/portlight sts get-caller-identity", "another installation; options of `portlight aws` stand first")),
        ["demo"] = Guide("1  something did not work as described", ("portlight demo", "a demonstration with real packets; leaves nothing behind")),
        ["doctor"] = Guide("1  there is a problem", ("portlight doctor", "what this machine is missing, and how to fix it")),
        ["teardown"] = Guide(null, ("portlight teardown --yes", "takes all of Portlight's rules out of the kernel, so every port is open")),
        ["explain"] = Guide(
            null,
            ("portlight explain web-1 --from 198.51.100.7 22", "names the rule that lets it in, or says that none does"),
            ("portlight explain web-1 --from 2001:db8::7 53/udp", "of UDP, over IPv6")),
        ["exposure"] = Guide(
            null,
            ("portlight exposure", "what is open to how many addresses, on how many instances, and what to review"),
            ("portlight exposure 22", "instances on which SSH is reachable, and from where"),
            ("portlight exposure 5432 --tag env=prod --json", "of some instances; for a program"),
            ("portlight exposure --unused 30d", "rules that have let in nothing for 30 days: what could be closed")),
        ["connections"] = Guide(
            null,
            ("portlight connections web-1", "which addresses are connected to which of its ports, and by which rule"),
            ("portlight connections web-1 --port 22 --from 10.0.0.0/8", "some of them")),
        ["refusals"] = Guide(
            null,
            ("portlight refusals", "who knocks at which closed ports of all instances, and at which of them"),
            ("portlight refusals web-1", "which addresses tried which closed port, how often, and when last"),
            ("portlight refusals web-1 --port 22 --from 10.0.0.0/8", "some of them")),
        ["counters"] = Guide(
            null,
            ("portlight counters web-1", "packets and bytes that each of its rules has let in, and how many were refused"),
            ("portlight counters web-1 --day", "the same of the last 24 hours, hour by hour, and when each rule was used last")),
        ["watch"] = Guide(
            null,
            ("portlight watch", "a line for each change of instances, until Ctrl-C"),
            ("portlight watch web-1 --once --json", "waits for the next change of one, for a program")),
        ["history"] = Guide(
            null,
            ("portlight history web-1", "the last changes of its ports: when, by which caller, from where, what opened and what closed"),
            ("portlight history web-1 --limit 100", "more of them"),
            ("portlight history", "the last changes of the ports of all instances")),
        ["undo"] = Guide(
            null,
            ("portlight undo web-1", "as it was before the last change"),
            ("portlight undo web-1 --to 6f0c1b1e-0b4a-4a53-9d3f-6a1c3f2f7a10 --confirm 60s", "as it was after an earlier one; undone unless a new session confirms it")),
        ["check"] = Guide(
            null,
            ("portlight check", "shows the settings in force and where each comes from"),
            ("portlight check --settings /etc/portlight.toml", "before the server is started with it")),
        ["logs"] = Guide(null, ("portlight logs --follow", "the last lines of the service's log, and every new one")),
        ["backup"] = Guide(null, ("portlight backup /root/portlight-backup.tar.gz", "database, key file and credentials, while the server runs")),
        ["restore"] = Guide(null, ("portlight restore /root/portlight-backup.tar.gz --data /var/lib/portlight", "into an empty data directory; anything else is refused")),
        ["restore-rules"] = Guide(null, ("portlight restore-rules --data /var/lib/portlight", "what the unit portlight-restore runs at boot")),
        ["completion"] = Guide(
            null,
            ("portlight completion bash >/etc/bash_completion.d/portlight", "for every user of this machine"),
            ("portlight completion fish >~/.config/fish/completions/portlight.fish", "for one user")),
        ["man"] = Guide(null, ("portlight man /usr/local/share/man/man1", "then: man portlight-open")),
        ["install-service"] = Guide(
            null,
            ("portlight install-service --now", "applies the rules before the network at every boot, and starts the server now"),
            ("portlight install-service --print", "shows the units, writes nothing")),
        ["account create"] = Guide(null, ("portlight account create", "prints the root key of a new account, as a profile for ~/.aws/credentials")),
        ["account list"] = Guide(null, ("portlight account list", "number, state, creation time")),
        ["account close"] = Guide(null, ("portlight account close 111122223333", "an account without instances; for good")),
        ["host token"] = Guide(null, ("portlight host token fra-07 --zone eu-central-1a", "prints the line to run on that machine, or to give to `portlight agent join -` there")),
        ["host list"] = Guide("1  an agent is away or failing, or several have one key", ("portlight host list", "all hosts, and the state of each")),
        ["host rotate-authority"] = Guide(
            "1  a host has no certificate of the new authority yet",
            ("portlight host rotate-authority --begin", "creates a new authority; every host gets a certificate from it"),
            ("portlight host rotate-authority", "which hosts still use the former one"),
            ("portlight host rotate-authority --finish", "no longer trusts the former one")),
        ["host show"] = Guide(null, ("portlight host show fra-07", "one host: certificate, agent, clock, what is applied")),
        ["host drain"] = Guide(null, ("portlight host drain fra-07", "no new instances are placed there"), ("portlight host drain fra-07 --undo", "new instances are placed there again")),
        ["host revoke"] = Guide(null, ("portlight host revoke fra-07", "revokes its certificates")),
        ["host remove"] = Guide(null, ("portlight host remove fra-07", "forgets it, once it has no instances")),
        ["region open"] = Guide(null, ("portlight region open eu-central-1", "instances can be made there")),
        ["region list"] = Guide(null, ("portlight region list", "the open regions")),
        ["audit verify"] = Guide("1  the log is not what was recorded", ("portlight audit verify", "follows the chain of the whole log")),
        ["audit show"] = Guide(
            null,
            ("portlight audit show --limit 20", "the newest events"),
            ("portlight audit show --where EventName=PutInstancePublicPorts", "who changed ports")),
        ["credentials reset-root"] = Guide(null, ("portlight credentials reset-root", "a new root key; the server must be stopped")),
        ["credentials rotate-key-file"] = Guide(null, ("portlight credentials rotate-key-file", "a new key for stored secrets; the server must be stopped")),
        ["help"] = Guide(null, ("portlight help audit show", "the same as portlight audit show --help")),
        ["version"] = Guide(null, ("portlight version", "the same as portlight --version")),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static VerbGuide? Of(string path) => All.GetValueOrDefault(path);

    public static IEnumerable<string> Paths => All.Keys;

    private static VerbGuide Guide(string? failed, params (string Line, string Meaning)[] examples) =>
        new(examples, ["0  done", failed ?? "1  it could not be done; stderr says why", "2  wrong usage; nothing was done"]);
}
