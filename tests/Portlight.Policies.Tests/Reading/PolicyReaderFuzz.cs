using System.Text;
using CsCheck;
using Portlight.Policies.Tests.Reference;
using Portlight.TestKit.Fuzzing;

namespace Portlight.Policies.Tests.Reading;

/// <summary>Policies that people write, changed: a text is refused with problems that can be shown, or is a policy that can be evaluated.</summary>
public sealed class PolicyReaderFuzz
{
    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "\"", "{", "}", "[", "]", ",", ":", "$", "${", "${aws:username}", "*", "?", "\\", "\\u0000", "\\ud800", "null", "true", "7", "1e999", "-0", "\"Deny\"", "\"Allow\"", "\"Action\"", "\"Statement\"",
            "\"Condition\"", "\"Principal\"", "ForAnyValue:", "IfExists", "2008-10-17", "\0", "é", "//", "\r\n", "\ufeff",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    [Fact]
    public void A_text_is_refused_with_problems_that_can_be_shown_or_can_be_evaluated() =>
        Gen.Select(Mutations.Of(Corpus.Load("policies"), Words), RandomCases.All).Sample((bytes, asked) =>
        {
            // What is no UTF-8 comes to the reader as replacement characters: the wire has refused it before.
            var text = Encoding.UTF8.GetString(bytes);
            foreach (var kind in Enum.GetValues<PolicyKind>())
            {
                if (!PolicyDocument.TryParse(text, kind, out var document, out var problems))
                {
                    Assert.Null(document);
                    Assert.NotEmpty(problems);
                    Assert.All(problems, problem => Assert.DoesNotContain(problem.ToString(), char.IsControl));
                    continue;
                }

                Assert.Empty(problems);
                if (kind == PolicyKind.Identity)
                {
                    // A policy that denies can take away, and never gives what it does not allow.
                    var decision = Evaluator.Decide(asked.Action, asked.Resource, asked.Context, new PrincipalPolicies([new Policy("fuzz", PolicySource.User, document)]));
                    Assert.True(decision.Reason != DecisionReason.Allowed || document.Statements.Any(statement => !statement.IsDeny));
                }
            }
        }, iter: Mutations.Count, print: pair => Encoding.UTF8.GetString(pair.Item1));
}
