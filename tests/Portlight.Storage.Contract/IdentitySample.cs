using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Contract;

/// <summary>Identities and events to store.</summary>
public static class IdentitySample
{
    public const string Account = "111122223333";
    public const string OtherAccount = "444455556666";

    private const string Document = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*"}]}""";

    public static User User(string name, int id = 1) =>
        new() { AccountId = Account, Name = name, Path = "/", Id = string.Create(CultureInfo.InvariantCulture, $"AIDA{id:D17}"), CreatedAt = Sample.Start };

    public static User FullUser { get; } = User("Ann") with
    {
        Path = "/ops/",
        CreatedAt = Sample.Start.AddTicks(1),
        Tags = IdentityDefaults.Tags.Add("Team", "größe \"\u2028").Add("empty", ""),
        BoundaryArn = "arn:aws:iam::111122223333:policy/bound",
        Groups = ["Zebra", "ant"],
        InlinePolicies = IdentityDefaults.Policies.Add("one", Document).Add("One", "{ }"),
        AttachedPolicies = ["arn:aws:iam::111122223333:policy/z", "arn:aws:iam::111122223333:policy/a"],
    };

    public static Group Group(string name, int id = 1) =>
        new() { AccountId = Account, Name = name, Path = "/", Id = string.Create(CultureInfo.InvariantCulture, $"AGPA{id:D17}"), CreatedAt = Sample.Start };

    public static Group FullGroup { get; } = Group("Ops") with
    {
        Path = "/x/",
        InlinePolicies = IdentityDefaults.Policies.Add("one", Document),
        AttachedPolicies = ["arn:aws:iam::111122223333:policy/a"],
    };

    public static Role Role(string name, int id = 1) => new()
    {
        AccountId = Account,
        Name = name,
        Path = "/",
        Id = string.Create(CultureInfo.InvariantCulture, $"AROA{id:D17}"),
        CreatedAt = Sample.Start,
        TrustPolicy = Document,
    };

    public static Role FullRole { get; } = Role("Deployer") with
    {
        Path = "/x/",
        Description = "deploys\n\"things\"",
        TrustedIds = IdentityDefaults.TrustedIds.Add("arn:aws:iam::111122223333:user/Ann", "AIDA1"),
        MaxSessionDuration = TimeSpan.FromHours(12),
        Tags = IdentityDefaults.Tags.Add("a", "b"),
        BoundaryArn = "arn:aws:iam::111122223333:policy/bound",
        InlinePolicies = IdentityDefaults.Policies.Add("one", Document),
        AttachedPolicies = ["arn:aws:iam::111122223333:policy/a"],
    };

    public static ManagedPolicy Policy(string name, int id = 1) => new()
    {
        AccountId = Account,
        Name = name,
        Path = "/",
        Id = string.Create(CultureInfo.InvariantCulture, $"ANPA{id:D17}"),
        CreatedAt = Sample.Start,
        UpdatedAt = Sample.Start,
        Versions = [new ManagedPolicyVersion(1, Document, Sample.Start)],
        DefaultVersion = 1,
        LastVersion = 1,
    };

    public static ManagedPolicy FullPolicy { get; } = Policy("PowerUser") with
    {
        Path = "/x/",
        UpdatedAt = Sample.Start.AddDays(1),
        Description = "much",
        Tags = IdentityDefaults.Tags.Add("a", "b"),
        Versions = [new ManagedPolicyVersion(2, Document, Sample.Start), new ManagedPolicyVersion(7, "{}", Sample.Start.AddHours(1))],
        DefaultVersion = 7,
        LastVersion = 9,
    };

    /// <summary>An event that says its number and is at that second, with so many characters more, which nothing makes much smaller.</summary>
    public static AuditEvent Event(long number, int padding = 0)
    {
        var at = Sample.Start.AddSeconds(number);
        return new AuditEvent(at, Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"eventTime":"{{at:yyyy-MM-ddTHH:mm:ssZ}}","number":{{number}},"who":"größe{{Padding(number, padding)}}"}""")));
    }

    private static string Padding(long number, int length)
    {
        var random = new Random((int)number);
        return string.Create(length, random, static (text, random) => random.GetItems("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".AsSpan(), text));
    }

    /// <summary>Every line of the log, in order.</summary>
    public static List<string> Lines(IAuditView log)
    {
        List<string> lines = [];
        for (var block = log.FindAuditBlockAfter(0); block is not null; block = log.FindAuditBlockAfter(block.FirstSequence))
        {
            var own = Encoding.UTF8.GetString(block.Lines.Span).Split('\n');
            Assert.Equal("", own[^1]);
            Assert.Equal(block.Count, own.Length - 1);
            lines.AddRange(own[..^1]);
        }

        return lines;
    }

    /// <summary>The number that each event was made with, checking that the log is whole.</summary>
    public static List<long> Numbers(IAuditView log)
    {
        var report = AuditVerification.Verify(log);
        Assert.Null(report.Break);
        var lines = Lines(log).ConvertAll(line => JsonDocument.Parse(line).RootElement);
        var first = report.Start!.Sequence + 1;
        Assert.Equal(lines.Select((_, at) => first + at), lines.Select(line => line.GetProperty("chain").GetProperty("sequence").GetInt64()));
        Assert.Equal(report.Events, lines.Count);
        return [.. lines.Select(line => line.GetProperty("number").GetInt64())];
    }

    /// <summary>Equality by content, which collections inside a record do not have.</summary>
    public static string Words(object? identity) => identity switch
    {
        null => "none",
        User user => $"{user with { Tags = IdentityDefaults.Tags, InlinePolicies = IdentityDefaults.Policies, Groups = default, AttachedPolicies = default }}"
            + Words(user.Tags) + Words(user.InlinePolicies) + Words(user.Groups) + Words(user.AttachedPolicies),
        Group group => $"{group with { InlinePolicies = IdentityDefaults.Policies, AttachedPolicies = default }}" + Words(group.InlinePolicies) + Words(group.AttachedPolicies),
        Role role => $"{role with { Tags = IdentityDefaults.Tags, InlinePolicies = IdentityDefaults.Policies, AttachedPolicies = default }}"
            + Words(role.Tags) + Words(role.InlinePolicies) + Words(role.AttachedPolicies),
        ManagedPolicy policy => $"{policy with { Tags = IdentityDefaults.Tags, Versions = [policy.Default] }}" + Words(policy.Tags) + string.Join(';', policy.Versions),
        _ => throw new ArgumentException("no identity", nameof(identity)),
    };

    private static string Words(ImmutableSortedDictionary<string, string> texts) => $"[{string.Join(';', texts)}]";

    private static string Words(ImmutableArray<string> texts) => $"[{string.Join(';', texts)}]";
}
