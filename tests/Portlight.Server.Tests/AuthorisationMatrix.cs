using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portlight.Api;
using Portlight.Domain;
using Portlight.TestKit;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests;

/// <summary>One server, and every operation asked of it by everybody: each cell of the matrix has resources of its own, so no answer hangs on an earlier one.</summary>
internal sealed partial class AuthorisationMatrix(ServerHarness server)
{
    public const string OtherAccount = "444455556666";
    public const string OtherRegion = "eu-west-1";
    public const string BoundaryName = "nothing";

    private const string Nobody = "AKIAAAAAAAAAAAAAAAAA";
    private int _cells;

    /// <summary>The columns.</summary>
    public static IReadOnlyList<string> Cases { get; } =
    [
        "no signature", "bad signature", "unknown key", "disabled key", "no policy", "allowed", "allowed by tag", "tag differs", "explicit deny", "boundary", "other account", "other region",
    ];

    /// <summary>An account and a region besides the first ones.</summary>
    public async Task PrepareAsync()
    {
        server.Server.Hosts.Door = HostCalls.Door(server);
        server.Agent.Facts = new AgentProtocol.AttachmentFacts(null, []);
        await server.Server.Store.SaveAsync((_, changes) =>
        {
            changes.Save(new Account(OtherAccount, AccountState.SettingUp, IsOwner: false, server.Clock.GetUtcNow()));
            changes.Save(new OpenRegion(OtherRegion, IsReady: false, server.Clock.GetUtcNow()));
            return true;
        }, TestContext.Current.CancellationToken);
        await server.Server.Setup.RunOnceAsync();
        await server.AddPolicyAsync(BoundaryName, Policy("Allow", "s3:ListBuckets"));
    }

    /// <summary>What an operation answers in a case, in one word.</summary>
    public async Task<string> AskAsync(OperationEntry entry, string body, string column)
    {
        var text = await AddCellAsync(body, Region(column));
        var who = await CallerAsync(entry, column, $"user-{_cells}");
        using var request = Request(entry, text, who, Region(column));
        if (column == "no signature")
        {
            request.Headers.Remove("Authorization");
        }

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return Word(answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Adds the resources that the next request names. Returns its body.</summary>
    public async Task<string> AddCellAsync(string body, string region)
    {
        var cell = ++_cells;
        await AddResourcesAsync(cell);
        await new MatrixIdentities(server).AddAsync(cell);
        return MatrixIdentities.Fill(body, server.Scope.AccountId)
            .Replace("{zone}", region + "a", StringComparison.Ordinal)
            .Replace("{n}", cell.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private string Region(string column) => column == "other region" ? OtherRegion : server.Scope.Region;

    private async Task<AwsCredentials> CallerAsync(OperationEntry entry, string column, string name)
    {
        var allow = Policy("Allow", entry.Action, "lightsail:TagResource", "lightsail:PutInstancePublicPorts");
        switch (column)
        {
            case "bad signature":
                return await server.AddUserAsync(name, [allow]) with { SecretAccessKey = "another" };
            case "unknown key":
                return new AwsCredentials(Nobody, "another");
            case "disabled key":
                return await server.DisableAsync(await server.AddUserAsync(name, [allow]));
            case "allowed by tag":
                return await server.AddUserAsync(name, [ByTag(entry, "web")]);
            case "tag differs":
                return await server.AddUserAsync(name, [ByTag(entry, "db")]);
            case "explicit deny":
                return await server.AddUserAsync(name, [Policy("Allow", "*"), Policy("Deny", entry.Action)]);
            case "boundary":
                return await server.AddUserAsync(name, [allow], user => user with { BoundaryArn = $"arn:aws:iam::{server.Scope.AccountId}:policy/{BoundaryName}" });
            case "other account":
                return await server.AddUserAsync(name, [allow], account: OtherAccount);
            case "other region":
                return await server.AddUserAsync(name, [allow.Replace("\"Resource\"", InRegion(server.Scope.Region) + ",\"Resource\"", StringComparison.Ordinal)]);
            default:
                return await server.AddUserAsync(name, column == "allowed" ? [allow] : []);
        }
    }

    private static string Policy(string effect, params string[] actions) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"{{effect}}","Action":["{{string.Join("\",\"", actions)}}"],"Resource":"*"}]}""";

    private static string InRegion(string region) => $$$"""
        "Condition":{"StringEquals":{"aws:RequestedRegion":"{{{region}}}"}}
        """;

    /// <summary>By the tag of the resource or of the request, whichever the operation has; with both, both.</summary>
    private static string ByTag(OperationEntry entry, string team)
    {
        string Statement(string key, string absent) =>
            $$$$"""
            {"Effect":"Allow","Action":["{{{{entry.Action}}}}","lightsail:TagResource","lightsail:PutInstancePublicPorts"],"Resource":"*","Condition":
             {"StringEquals":{"aws:{{{{key}}}}/team":"{{{{team}}}}"},"StringEqualsIfExists":{"aws:{{{{absent}}}}/team":"{{{{team}}}}"}}}
            """;
        return $$"""{"Version":"2012-10-17","Statement":[{{Statement("ResourceTag", "RequestTag")}},{{Statement("RequestTag", "ResourceTag")}}]}""";
    }

    private HttpRequestMessage Request(OperationEntry entry, string body, AwsCredentials who, string region)
    {
        if (!entry.Service.SpeaksQuery)
        {
            return server.Request(entry.Service.TargetPrefix + entry.Name, Encoding.UTF8.GetBytes(body), who, region, entry.Service.SigningName);
        }

        var form = Encoding.UTF8.GetBytes($"Action={entry.Name}&Version={entry.Service.Version}{(body.Length == 0 ? "" : "&")}{body}");
        var message = new HttpRequestMessage(HttpMethod.Post, server.Endpoint) { Content = new ByteArrayContent(form) };
        message.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        Wire.Client.RequestSigning.Sign(message, form, who, region, server.Clock.GetUtcNow(), entry.Service.SigningName);
        return message;
    }

    private static string Word(HttpResponseMessage answer, string text)
    {
        if (answer.IsSuccessStatusCode)
        {
            return "ok";
        }

        var type = text.StartsWith('<') ? Code().Match(text).Groups[1].Value : JsonSerializer.Deserialize<JsonElement>(text).Text("__type");
        return type switch
        {
            "MissingAuthenticationTokenException" or "MissingAuthenticationToken" => "unsigned",
            "InvalidSignatureException" or "SignatureDoesNotMatch" => "signature",
            "UnrecognizedClientException" or "InvalidClientTokenId" => "unknown",
            "AccessDeniedException" or "AccessDenied" => "denied",
            "NotFoundException" or "NoSuchEntity" => "missing",
            _ => type,
        };
    }

    /// <summary>What samples name: tagged and running, attached, with a static IP, free, by the number of the cell.</summary>
    private Task AddResourcesAsync(int cell) => server.Server.Store.SaveAsync((view, changes) =>
    {
        var tags = Tags.None.Add("team", "web");
        var now = server.Clock.GetUtcNow();
        var instance = new Instance
        {
            Scope = server.Scope,
            Name = $"instance-{cell}",
            Id = Guid.NewGuid(),
            Index = changes.NewIndex(),
            CreatedAt = now,
            AvailabilityZone = server.Scope.Region + "a",
            BlueprintId = "ubuntu_22_04",
            BundleId = "nano_3_0",
            Attachment = new Attachment.Lab(),
            Ports = PortSet.Empty,
            State = InstanceState.Running,
            KeyPairName = KeyPair.DefaultName,
            Tags = tags,
        };
        changes.Save(instance);
        changes.Save(new Host { Name = $"host-{cell}", Zone = "us-east-1a", State = HostState.Active, CreatedAt = now });
        changes.Save(instance with { Name = $"machine-{cell}", Id = Guid.NewGuid(), Index = changes.NewIndex(), Attachment = new Attachment.Interface($"eth{cell}", [], []) });
        changes.Save(instance with
        {
            Name = $"unconfirmed-{cell}",
            Id = Guid.NewGuid(),
            Index = changes.NewIndex(),
            Unconfirmed = new UnconfirmedChange
            {
                Revision = 0,
                Deadline = now.AddMinutes(1),
                Within = TimeSpan.FromMinutes(1),
                ChangedBy = "somebody",
                RequestId = "some request",
                Before = new EarlierPorts(new Attachment.Lab(), PortSet.Empty),
            },
        });
        changes.Save(instance with { Name = $"holder-{cell}", Id = Guid.NewGuid(), Index = changes.NewIndex(), StaticIpName = $"held-{cell}", PublicIpv4 = Address(cell, 1) });
        changes.Save(new StaticIp { Scope = server.Scope, Name = $"held-{cell}", Id = Guid.NewGuid(), CreatedAt = now, Address = Address(cell, 1), AttachedTo = $"holder-{cell}" });
        changes.Save(new StaticIp { Scope = server.Scope, Name = $"free-{cell}", Id = Guid.NewGuid(), CreatedAt = now, Address = Address(cell, 2) });
        changes.Save(new KeyPair { Scope = server.Scope, Name = $"key-{cell}", Id = Guid.NewGuid(), CreatedAt = now, PublicKey = "ssh-rsa AAAA", Fingerprint = "00", Tags = tags });
        changes.Save(view.FindAccount(server.Scope.AccountId)! with
        {
            Book = new AddressBook
            {
                Networks = AddressBook.Empty.Networks.Add($"network-{cell}", [Cidr.Of(Address(cell, 1))]),
                Templates = AddressBook.Empty.Templates.Add($"template-{cell}", PortSet.Empty),
            },
        });
        return true;
    }, TestContext.Current.CancellationToken);

    private static IPAddress Address(int cell, int which) => new([198, 19, (byte)(cell / 64), (byte)((cell % 64 * 4) + which)]);

    [GeneratedRegex("<Code>([^<]*)</Code>")]
    private static partial Regex Code();
}
