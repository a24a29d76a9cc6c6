using System.Diagnostics;
using System.Text.Json.Nodes;
using CsCheck;
using Portlight.Policies.Tests;
using Portlight.Policies.Tests.Reference;

namespace Portlight.Conformance.Policies;

/// <summary>
/// The same random requests to our evaluator and to <c>@cloud-copilot/iam-simulate</c>, which somebody else wrote from AWS's documentation and from trying AWS. Each
/// statement is also asked for itself, so that a difference is seen where it arises and not only where it decides. Every difference has a name, a test and a
/// reason (<see cref="KnownDifferences"/>), and every name is the only one for some difference.
/// </summary>
public sealed class PolicySimulatorTests
{
    private const int Cases = 4_000;
    private const uint Seed = 2;

    /// <summary>What is rare among the random ones: conditions, each with the one key that it asks for.</summary>
    private static readonly (string Condition, string Key, string Value)[] Corners =
    [
        ("""{"NotIpAddress": {"aws:SourceIp": "10.1.2.3"}}""", "aws:SourceIp", "2001:db8::1"),
        ("""{"NumericLessThan": {"portlight:FromPort": 22}}""", "portlight:FromPort", "10.1.2.3"),
        ("""{"StringNotEquals": {"aws:PrincipalTag/team": "w${*}b"}}""", "aws:PrincipalTag/team", "w*b"),
    ];

    [Fact]
    public async Task Every_difference_to_the_simulator_has_a_reason_and_every_reason_a_difference()
    {
        var wholes = RandomCases.All.Array[Cases].Generate(new PCG(1, Seed), null, out _).Select(Question.Of).Select(ForSession).Concat(Corners.Select(Corner)).ToList();
        var parts = wholes.Select(whole => whole.Statements().Select(part => (part.Statement, Question: whole.About(part.Statement, part.Version))).ToList()).ToList();
        var answers = await SimulateAsync([.. wholes, .. parts.SelectMany(list => list).Select(part => part.Question)]);

        var occurred = new HashSet<string>();
        var unexplained = new List<string>();
        var (sessions, next) = (0, wholes.Count);
        for (var i = 0; i < wholes.Count; i++)
        {
            var explained = false;
            foreach (var (statement, question) in parts[i])
            {
                var theirs = answers[next++];
                if (theirs == question.Ours())
                {
                    continue;
                }

                var names = KnownDifferences.Of(statement, question).ToList();
                explained |= names.Count > 0;
                if (names is [var only])
                {
                    occurred.Add(only);
                }

                if (names.Count == 0)
                {
                    unexplained.Add($"statement: ours {question.Ours()}, theirs {theirs}: {question}");
                }
            }

            sessions += wholes[i].Session is null ? 0 : 1;
            if (answers[i] != wholes[i].Ours() && !explained)
            {
                unexplained.Add($"whole: ours {wholes[i].Ours()}, theirs {answers[i]}: {wholes[i]}");
            }
        }

        Assert.True(unexplained.Count == 0, $"{unexplained.Count} differences without a reason:\n{string.Join('\n', unexplained.OrderBy(text => text.Length).Take(12))}");
        Assert.Equal(KnownDifferences.Names.Order(), occurred.Order());
        Assert.InRange(sessions, Cases / 4, Cases * 3 / 4);
    }

    private static Question Corner((string Condition, string Key, string Value) corner) => new(
        "lightsail:PutInstancePublicPorts",
        "arn:aws:lightsail:us-east-1:111122223333:Instance/alice",
        new Context().With(corner.Key, corner.Value),
        ["""{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": """ + corner.Condition + "}]}"],
        null,
        null);

    /// <summary>The simulation that knows session policies knows only the keys, actions and resources of AWS's lists, and no service but by its name.</summary>
    private static Question ForSession(Question question)
    {
        if (question.Session is null)
        {
            return question;
        }

        var context = new Context();
        foreach (var (key, values) in question.Context.Values.Where(pair => pair.Key.StartsWith("aws:", StringComparison.Ordinal)))
        {
            _ = values.IsMultivalued ? context.WithMany(key, [.. Enumerable.Range(0, values.Count).Select(i => values[i])]) : context.With(key, values[0]);
        }

        var name = question.Resource.Contains("alice", StringComparison.Ordinal) ? "alice" : "bob";
        var resource = question.Action switch
        {
            "lightsail:GetInstance" => "*",
            "iam:CreateUser" => $"arn:aws:iam::111122223333:user/{name}",
            _ => $"arn:aws:lightsail:us-east-1:111122223333:Instance/{name}",
        };
        return question with
        {
            Context = context,
            Resource = resource,
            Identity = [.. question.Identity.Select(Named)],
            Boundary = question.Boundary is { } boundary ? Named(boundary) : null,
            Session = Named(question.Session),
        };

        static string Named(string policy) => policy.Replace("\"*:", "\"iam:", StringComparison.Ordinal);
    }

    private static async Task<List<string>> SimulateAsync(IReadOnlyList<Question> questions)
    {
        Assert.True(
            Directory.Exists(Path.Combine(ScriptedClient.Folder, "../node_modules/@cloud-copilot/iam-simulate")),
            "the npm package @cloud-copilot/iam-simulate is not installed: run `npm ci` in tests/Portlight.Conformance (./test does)");
        var start = new ProcessStartInfo(Programs.Find("node", "nodejs"), [Path.Combine(ScriptedClient.Folder, "iam_simulate.mjs")]);
        using var process = Programs.Start(start);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.StandardInput.WriteAsync(new JsonArray([.. questions.Select(question => question.ToJson())]).ToJsonString());
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"the simulator ended with exit code {process.ExitCode}: {await errors}");
        return [.. JsonNode.Parse(await output)!.AsArray().Select(answer => (string)answer!)];
    }
}
