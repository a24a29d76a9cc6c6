using System.Globalization;
using Portlight.Api;
using Portlight.Policies;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>What one action on one resource would come to.</summary>
internal sealed record SimulatedResult(string Action, string Resource, Simulation Simulation)
{
    /// <summary>Characters of a result without its statements, nearly, and of a statement.</summary>
    private const int BareLength = 800;

    private const int StatementLength = 600;

    /// <summary>
    /// One page of the results: action by action, each on every resource. A page ends when it is as long as was asked for, too long for an answer, or has taken as
    /// much work as a request may; the marker goes on from there. Patterns, texts and actions are all the caller's, so nothing else bounds the work.
    /// </summary>
    /// <exception cref="IamException">A single result takes more work than a request may: a real request would be denied for it.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public static Page<SimulatedResult> PageOf(Call call, Simulations.Asked asked, PrincipalPolicies policies)
    {
        var page = new List<SimulatedResult>();
        var (work, length) = (0L, 0L);
        var all = asked.Actions.Count * asked.Resources.Count;
        for (var at = Start(asked); at < all; at++)
        {
            if (asked.Page.IsFull(page.Count, length) || work >= EvaluationBudget.StepsOfRequest)
            {
                return asked.Page.EndingWith(page, (at - 1).ToString(CultureInfo.InvariantCulture));
            }

            call.Aborted.ThrowIfCancellationRequested();
            var (action, resource) = (asked.Actions[at / asked.Resources.Count], asked.Resources[at % asked.Resources.Count]);
            var budget = new EvaluationBudget(EvaluationBudget.StepsOfRequest);
            var simulation = Evaluator.Simulate(action, resource, asked.Context, policies, budget);
            call.NoteSteps(budget.Spent);
            if (budget.IsSpent)
            {
                throw IamException.InvalidInput($"{action} on {resource}: the policies take more work than a request may cost, and a request would be denied; make their patterns simpler.");
            }

            page.Add(new SimulatedResult(action, resource, simulation));
            work += budget.Spent;
            length += BareLength + (2 * (action.Length + (3 * resource.Length) + (StatementLength * simulation.Matched.Length) + simulation.MissingKeys.Sum(key => key.Length + 20)));
        }

        return IamPage.Last(page);
    }

    private static int Start(Simulations.Asked asked) =>
        int.TryParse(asked.Page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? (int)Math.Min((long)last + 1, int.MaxValue) : 0;
}
