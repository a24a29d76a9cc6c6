using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net.Sockets;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Storage.Postgres;

namespace Portlight.Cli.Settings;

/// <summary>Every setting of <c>serve</c>: the one table that the command line, the environment, settings files and docs/settings.md are made of.</summary>
internal static class ServeSettings
{
    /// <summary>The value of <c>audit-log</c> that is no path.</summary>
    public const string NoAuditLog = "off";

    /// <summary>The value of <c>database</c> that is no connection string.</summary>
    public const string Sqlite = "sqlite";

    public const string DefaultConsole = "http://127.0.0.1:8590";
    public const string AuditLogDefaultInWords = "audit in the data directory";
    public const string InstanceQuotaDefaultInWords = "20, and none for the first account";

    public static ImmutableArray<Setting> All { get; } =
    [
        new("listen", "URL", ServeOptions.DefaultListen, "Address to listen on; port 0 takes a free port", IsList: true, ReadListen),
        new("agents", "URL", "none", "Where agents on other machines connect: https://, the address that they reach this server by, and a port", IsList: true, ReadAgents),
        new("tls-cert", "FILE", "none", "Certificate chain (PEM) for https:// addresses", IsList: false, File((options, path) => options with { TlsCertificate = path })) { IsPath = true },
        new("tls-key", "FILE", "none", "Private key (PEM) of the certificate", IsList: false, File((options, path) => options with { TlsKey = path })) { IsPath = true },
        new("console", "URL", "none", $"Address of the web console, which is started beside the server (docs/console.md); --console alone is {DefaultConsole}", IsList: false, ReadConsole) { Alone = DefaultConsole },
        new("data", "DIR", DataDirectory.DefaultInWords, "The data directory: database, credentials, endpoint", IsList: false, File((options, path) => options with { DataDirectory = path })) { IsPath = true },
        new("database", "sqlite|CONNECTION", Sqlite,
            "Where state is kept: sqlite is a file in the data directory; else a connection string of PostgreSQL (Host=…;Database=…;Username=…), whose database several servers may share (docs/postgres.md)", IsList: false,
            ReadDatabase),
        new("enforce", "auto|kernel|record", "auto",
            "Whether packets are filtered: kernel, record (stores and answers, touches no packet), or auto: kernel where this machine can, else record, unless there are ports for the kernel to filter", IsList: false,
            Word((options, word) => options with { Enforce = Enum.Parse<EnforceMode>(word, ignoreCase: true) }, "auto", "kernel", "record")),
        new("connections", "cut|drain", "cut", "What becomes of an open connection whose port closes: cut in the same commit, or left to end by itself", IsList: false,
            Word((options, word) => options with { DrainConnections = word == "drain" }, "cut", "drain")),
        new("count-packets", "on|off", "off", "Whether the kernel counts the packets that each open port lets in; a start that changes it replaces the table", IsList: false,
            Word((options, word) => options with { CountsPackets = word == "on" }, "on", "off")),
        new("ssh-guard", "on|off", "on", "Whether a change of this machine's own ports is refused if it would cut an open SSH session", IsList: false,
            Word((options, word) => options with { GuardsSsh = word == "on" }, "on", "off")),
        new("confirm-timeout", "DURATION", "2s", "How long a write waits until the kernel has confirmed it before it answers Started", IsList: false,
            Duration(TimeSpan.FromSeconds(60), (options, duration) => options with { ConfirmTimeout = duration })),
        new("lab-ipv4", "CIDR", "198.18.0.0/15", "Public IPv4 addresses of lab instances", IsList: false,
            Block(AddressFamily.InterNetwork, (options, block) => options with { LabIpv4 = block })),
        new("lab-ipv6", "CIDR", "fd50:6f72:746c::/64", "Public IPv6 addresses of lab instances", IsList: false,
            Block(AddressFamily.InterNetworkV6, (options, block) => options with { LabIpv6 = block })),
        new("quirks", "aws", "none", "aws: the protocol all reads back as -1, as the live service has it", IsList: false,
            Word((options, _) => options with { AwsQuirks = true }, "aws")),
        new("account", "NUMBER", "made up", "Account to make at the first start, 12 digits", IsList: false, ReadAccount),
        new("region", "REGION", "us-east-1", "Region to open at the first start", IsList: false, ReadRegion),
        new("metrics", "URL", "none", "Loopback address for Prometheus, under /metrics", IsList: false, ReadMetrics),
        new("log", "auto|text|json", "auto", "How log lines are written to stderr: text, json, or auto: text on a terminal, else JSON", IsList: false,
            Word((options, word) => options with { Log = Enum.Parse<LogStyle>(word, ignoreCase: true) }, "auto", "text", "json")),
        new("log-level", "debug|info|warn|error", "info", "Lowest level of the log lines that are written", IsList: false,
            Word((options, word) => options with { LogLevel = Enum.Parse<LeastLevel>(word, ignoreCase: true) }, "debug", "info", "warn", "error")),
        new("access-log", "on|off", "on", "Whether a log line is written for each request; off: only for those that fail inside the server", IsList: false,
            Word((options, word) => options with { LogsRequests = word == "on" }, "on", "off")),
        new("browser-client-sources", "CIDR", "none", "Blocks that the source alias lightsail-connect stands for; none lets nobody in", IsList: true,
            Blocks((options, blocks) => options with { BrowserClientSources = blocks })),
        new("sources-per-family", "COUNT", "60", "Different sources of one family that an instance may have", IsList: false,
            Number(100_000, (options, count) => options with { SourcesPerFamily = count })),
        new("requests-per-second", "COUNT", "5000", "Requests a second that one access key may make, with bursts of the same number; 0 for no bound", IsList: false,
            Number(int.MaxValue, (options, count) => options with { RequestsPerSecond = count })),
        new("connections-per-source", "COUNT", "1000", "Connections that one source (an IPv4 address, an IPv6 /64) may have at once, unless it is a trusted proxy; 0 for no bound", IsList: false,
            Number(10_000, (options, count) => options with { ConnectionsPerSource = count })),
        new("refusal-delay", "DURATION", "4s", "Longest wait before a wrong signature is refused, reached by doubling after the first few from one source; 0s for none", IsList: false,
            Duration(TimeSpan.FromSeconds(60), (options, duration) => options with { RefusalDelay = duration })),
        new("trusted-proxy", "CIDR", "none", "Proxies whose X-Forwarded-For and X-Forwarded-Proto headers are trusted", IsList: true,
            Blocks((options, blocks) => options with { TrustedProxies = blocks })),
        new("instance-quota", "COUNT", InstanceQuotaDefaultInWords, "Instances in one region of one account, the first one too; 0 for no bound", IsList: false,
            Number(int.MaxValue, (options, count) => options with { InstanceQuota = count })),
        new("static-ip-quota", "COUNT", "5", "Static IPs in one region of one account; 0 for no bound", IsList: false,
            Number(int.MaxValue, (options, count) => options with { StaticIpQuota = count })),
        new("retention", "DURATION", "90d", "How long operations are kept", IsList: false,
            Duration(TimeSpan.FromDays(36_500), (options, duration) => options with { Retention = duration })),
        new("audit-log", "DIR|off", AuditLogDefaultInWords, "Where audit events are written as JSON lines, a file a day; off: they are in the database alone", IsList: false, ReadAuditLog) { IsPath = true },
        new("audit-retention", "DURATION", "90d", "How long audit events are kept, in the database and in files", IsList: false,
            Duration(TimeSpan.FromDays(36_500), (options, duration) => options with { AuditRetention = duration })),
        new("audit-bytes-per-key", "COUNT", "131072", "Bytes of audit events a second that calls of one access key may fill which change nothing, and 128 times as much at once; what is more is only counted; 0 for no bound", IsList: false,
            Number(int.MaxValue, (options, count) => options with { AuditBytesPerKey = count })),
    ];

    private static readonly FrozenDictionary<string, Setting> ByName = All.ToFrozenDictionary(setting => setting.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Setting> ByVariable = All.ToFrozenDictionary(setting => setting.EnvironmentVariable, StringComparer.Ordinal);

    public static Setting? Find(string name) => ByName.GetValueOrDefault(name);

    public static Setting? FindVariable(string variable) => ByVariable.GetValueOrDefault(variable);

    /// <summary>What only shows when all settings are known.</summary>
    public static IEnumerable<string> FindContradictions(ServeOptions options)
    {
        var hasHttps = options.Listen.Append(options.Console).Any(uri => uri?.Scheme == "https");
        var hasCertificate = options is { TlsCertificate: not null, TlsKey: not null };
        if (hasHttps && !hasCertificate)
        {
            yield return "`listen` or `console` names an https:// address, which needs both `tls-cert` and `tls-key`";
        }

        if (!hasHttps && (options.TlsCertificate is not null || options.TlsKey is not null))
        {
            yield return "`tls-cert` and `tls-key` are for https:// addresses, and neither `listen` nor `console` names one";
        }

        if (options is { Database: not null, Enforce: EnforceMode.Kernel })
        {
            yield return "`enforce` is kernel, and `database` names one that several servers may share: ports are filtered there by agents on the machines that have the instances, and by no server";
        }

        if (options.AuditRetention < TimeSpan.FromDays(1))
        {
            yield return "`audit-retention` must be at least 1d";
        }

        foreach (var twice in options.Listen.Concat(options.Agents).Append(options.Console).OfType<Uri>().Where(uri => uri.Port != 0).GroupBy(uri => uri.Authority).Where(group => group.Count() > 1))
        {
            yield return $"`listen`, `agents` and `console` name {twice.Key} more than once";
        }
    }

    private static ServeOptions? ReadListen(ServeOptions options, IReadOnlyList<string> texts, out string problem)
    {
        var uris = ImmutableArray.CreateBuilder<Uri>();
        problem = "`listen` must name at least one address";
        foreach (var text in texts)
        {
            if (!SettingText.TryListen(text, out var uri, out problem))
            {
                return null;
            }

            uris.Add(uri);
        }

        return uris.Count == 0 ? null : options with { Listen = uris.ToImmutable() };
    }

    /// <summary>The address goes into tokens, so it is one that other machines can use.</summary>
    private static ServeOptions? ReadAgents(ServeOptions options, IReadOnlyList<string> texts, out string problem)
    {
        var uris = ImmutableArray.CreateBuilder<Uri>();
        problem = "`agents` must name at least one address";
        foreach (var text in texts)
        {
            if (!SettingText.TryListen(text, out var uri, out problem))
            {
                return null;
            }

            if (uri.Scheme != Uri.UriSchemeHttps || ServeOptions.ListenAddress(uri) is not { } address || address.Equals(System.Net.IPAddress.Any) || address.Equals(System.Net.IPAddress.IPv6Any))
            {
                problem = $"`{text}` must be https:// and an address of this machine that others reach, as in https://192.0.2.1:8581: tokens tell it to them";
                return null;
            }

            uris.Add(uri);
        }

        return uris.Count == 0 ? null : options with { Agents = uris.ToImmutable() };
    }

    private static ServeOptions? ReadConsole(ServeOptions options, IReadOnlyList<string> texts, out string problem) =>
        SettingText.TryListen(texts[0], out var uri, out problem) ? options with { Console = uri } : null;

    private static ServeOptions? ReadMetrics(ServeOptions options, IReadOnlyList<string> texts, out string problem) =>
        SettingText.TryLoopback(texts[0], out var uri, out problem) ? options with { Metrics = uri } : null;

    private static ServeOptions? ReadAccount(ServeOptions options, IReadOnlyList<string> texts, out string problem)
    {
        problem = $"`{texts[0]}` must be an account number of 12 digits";
        return texts[0].Length == 12 && texts[0].All(char.IsAsciiDigit) ? options with { Account = texts[0] } : null;
    }

    private static ServeOptions? ReadRegion(ServeOptions options, IReadOnlyList<string> texts, out string problem)
    {
        problem = $"`{texts[0]}` must be a region's name, as in us-east-1";
        return texts[0].Length is > 0 and <= 32 && texts[0].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') ? options with { Region = texts[0] } : null;
    }

    /// <summary>Refused as a whole without being repeated: it may hold a password.</summary>
    private static ServeOptions? ReadDatabase(ServeOptions options, IReadOnlyList<string> texts, out string problem)
    {
        problem = "";
        if (texts[0] == Sqlite)
        {
            return options with { Database = null };
        }

        try
        {
            PostgresStore.RequireUsable(texts[0]);
            return options with { Database = texts[0] };
        }
        catch (StoreException refused)
        {
            problem = $"must be {Sqlite}, or a connection string of PostgreSQL: {refused.Message}";
            return null;
        }
    }

    private static ServeOptions? ReadAuditLog(ServeOptions options, IReadOnlyList<string> texts, out string problem)
    {
        problem = "must be a directory, or off";
        return texts[0] switch
        {
            "" => null,
            NoAuditLog => options with { ExportsAudit = false, AuditDirectory = null },
            var path => options with { ExportsAudit = true, AuditDirectory = Path.GetFullPath(path) },
        };
    }

    private static ReadSetting Word(Func<ServeOptions, string, ServeOptions> apply, params string[] allowed) => (options, texts, out problem) =>
    {
        problem = $"`{texts[0]}` must be {string.Join(" or ", allowed)}";
        return allowed.Contains(texts[0]) ? apply(options, texts[0]) : null;
    };

    private static ReadSetting File(Func<ServeOptions, string, ServeOptions> apply) => (options, texts, out problem) =>
    {
        problem = "the path must not be empty";
        return texts[0].Length > 0 ? apply(options, Path.GetFullPath(texts[0])) : null;
    };

    private static ReadSetting Duration(TimeSpan most, Func<ServeOptions, TimeSpan, ServeOptions> apply) => (options, texts, out problem) =>
        SettingText.TryDuration(texts[0], most, out var duration, out problem) ? apply(options, duration) : null;

    private static ReadSetting Number(int most, Func<ServeOptions, int, ServeOptions> apply) => (options, texts, out problem) =>
        SettingText.TryNumber(texts[0], most, out var number, out problem) ? apply(options, number) : null;

    private static ReadSetting Blocks(Func<ServeOptions, ImmutableArray<Cidr>, ServeOptions> apply) => (options, texts, out problem) =>
    {
        var blocks = ImmutableArray.CreateBuilder<Cidr>();
        problem = "";
        foreach (var text in texts)
        {
            if (!SettingText.TryBlock(text, family: null, out var block, out problem))
            {
                return null;
            }

            blocks.Add(block);
        }

        return apply(options, blocks.ToImmutable());
    };

    private static ReadSetting Block(AddressFamily family, Func<ServeOptions, Cidr, ServeOptions> apply) => (options, texts, out problem) =>
        SettingText.TryBlock(texts[0], family, out var block, out problem) ? apply(options, block) : null;
}
