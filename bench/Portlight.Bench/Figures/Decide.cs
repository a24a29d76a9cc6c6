using System.Diagnostics;
using Portlight.Policies;

namespace Portlight.Bench.Figures;

/// <summary>
/// One decision about a Put against a hundred policies of ten statements, in this process, against one signed, durable Put on one connection, turn by turn. In the
/// typical mix most statements speak of other actions or resources; in the worst every one applies to the action and asks for a tag of the instance.
/// </summary>
internal static class Decide
{
    private const int Policies = 100;
    private const int Statements = 10;
    private const int Turns = 200;
    private const int Decisions = 200;
    private const string Action = "lightsail:PutInstancePublicPorts";
    private const string Resource = "arn:aws:lightsail:us-east-1:111122223333:Instance/4b5d1f52-0a34-4d6e-8f0e-0a8a1c7a9f11";

    private static readonly string[] OtherActions =
        ["lightsail:Get*", "lightsail:TagResource", "iam:*", "lightsail:CreateInstances", "sts:AssumeRole", "lightsail:RebootInstance", "lightsail:*StaticIp*"];

    public static async Task<int> RunAsync()
    {
        using var data = await DataDirectory.WithInstancesAsync(1);
        await using var server = await Subject.PortlightAsync(Subject.Jit, data.Path, "record");
        byte[][] puts = [SignedRequests.Put(server.Endpoint, data.Credentials, 0, odd: true), SignedRequests.Put(server.Endpoint, data.Credentials, 0, odd: false)];
        await Load.RunAsync(server.Endpoint, [puts], TimeSpan.FromSeconds(5)); // the JIT's warm-up
        PrincipalPolicies typical = Principal(Typical), worst = Principal(Worst);
        for (var i = 0; i < 50; i++)
        {
            _ = Time(typical) + Time(worst);
        }

        var (typically, atWorst, put) = (new List<double>(), new List<double>(), new List<double>());
        using var client = new OneByOne(server.Endpoint);
        for (var turn = 0; turn < Turns; turn++)
        {
            typically.Add(Time(typical));
            put.Add(client.Time(puts[turn % 2]) * 1_000);
            atWorst.Add(Time(worst));
        }

        Console.WriteLine(
            $"one decision {Shown(typically)}, at worst {Shown(atWorst)}; one recorded Put {Shown(put)} (median and least of {Turns})");
        Report.Ratio("one decision / one recorded Put", typically, put, atMost: 0.20);
        Report.Ratio("one decision at worst / one recorded Put", atWorst, put, atMost: 0.20);
        return 0;
    }

    /// <summary>The least says what it costs when nobody else wants the processor.</summary>
    private static string Shown(List<double> microseconds) => $"{Report.Median(microseconds, µs => µs):0.0} µs ({microseconds.Min():0.0})";

    /// <summary>Microseconds of one decision.</summary>
    private static double Time(PrincipalPolicies policies)
    {
        var request = new Request();
        var allowed = 0;
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < Decisions; i++)
        {
            allowed += Evaluator.Decide(Action, Resource, request, policies).IsAllowed ? 1 : 0;
        }

        var took = Stopwatch.GetElapsedTime(began).TotalMicroseconds / Decisions;
        return allowed == Decisions ? took : throw new InvalidOperationException("the request was not allowed");
    }

    private static PrincipalPolicies Principal(Func<int, int, string> statement) => new([.. Enumerable.Range(0, Policies).Select(policy => Document(policy, statement))]);

    private static Policy Document(int policy, Func<int, int, string> statement)
    {
        var json = $$"""{"Version": "2012-10-17", "Statement": [{{string.Join(", ", Enumerable.Range(0, Statements).Select(number => statement(policy, number)))}}]}""";
        return PolicyDocument.TryParse(json, PolicyKind.Identity, out var document, out var problems)
            ? new Policy($"policy/{policy}", PolicySource.UserManaged, document)
            : throw new InvalidOperationException(string.Join('\n', problems));
    }

    /// <summary>Seven of ten statements speak of other actions, two of other instances, one allows by tag; only the last policy's tag is the instance's.</summary>
    private static string Typical(int policy, int number) => number switch
    {
        < 7 => Text("Allow", OtherActions[number], "*", ""),
        < 9 => Text(number == 7 ? "Allow" : "Deny", "lightsail:*InstancePublicPorts", $"arn:aws:lightsail:*:*:Instance/{policy}-{number}", ""),
        _ => Text("Allow", "lightsail:*", "arn:aws:lightsail:*:*:Instance/*", Tagged("team", policy == Policies - 1 ? "web" : $"team{policy}")),
    };

    /// <summary>Every statement has to be evaluated whole: denies that do not match, and allows of which only the last one does.</summary>
    private static string Worst(int policy, int number) =>
        Text(number % 2 == 0 ? "Deny" : "Allow", "lightsail:*", "arn:aws:lightsail:*:*:Instance/*", Tagged("team", policy == Policies - 1 && number == Statements - 1 ? "web" : $"team{policy}-{number}"));

    private static string Tagged(string key, string value) => $$""", "Condition": {"StringEquals": {"aws:ResourceTag/{{key}}": "{{value}}"} }""";

    private static string Text(string effect, string action, string resource, string condition) =>
        $$"""{"Effect": "{{effect}}", "Action": "{{action}}", "Resource": "{{resource}}"{{condition}}}""";

    /// <summary>What the server's context does for a tag: the name of the key, then the instance's tags.</summary>
    private sealed class Request : IRequestContext
    {
        private readonly Dictionary<string, string> _tags = new(StringComparer.OrdinalIgnoreCase) { ["team"] = "web", ["stage"] = "production" };

        public bool TryGet(ConditionKey key, out ContextValues values)
        {
            var found = key.Name switch
            {
                "aws:resourcetag" when key.Part is { } part && _tags.TryGetValue(part, out var tag) => tag,
                "aws:securetransport" => "false",
                "aws:username" => "alice",
                _ => null,
            };
            values = found is null ? default : new ContextValues(found);
            return found is not null;
        }
    }
}
