using Portlight.Policies.Matching;

namespace Portlight.Policies.Conditions;

/// <summary>
/// One operator with one key and the policy's values for it. All of a statement's must hold. Several values are alternatives: one that matches is enough, or for
/// a negated operator none may match (IAM user guide, <c>reference_policies_condition-logic-multiple-context-keys-or-values</c>).
/// </summary>
internal sealed class Condition(ConditionKey key, ConditionOperator comparison, PolicyValues values)
{
    public ConditionKey Key => key;

    public OperatorFamily Family => comparison.Family;

    public IEnumerable<Template> Templates => values.Templates;

    /// <param name="context">What the request has.</param>
    /// <param name="isDeny">Whether it stands in a Deny, which is what fails closed where a comparison has no clear answer.</param>
    public bool Holds(EvaluationContext context, bool isDeny)
    {
        if (!context.Budget.Spend(EvaluationBudget.Condition))
        {
            return false;
        }

        if (context.IsOpen(key))
        {
            return !isDeny;
        }

        // A key without a value is a key that is not there.
        var isPresent = context.TryGet(key, out var actual) && actual.Count > 0;
        if (comparison.Family == OperatorFamily.Null)
        {
            return values.Find(isPresent ? "false" : "true", context) == Match.Yes;
        }

        if (!isPresent)
        {
            return HoldsWithoutKey(context, isDeny);
        }

        return comparison.Quantifier switch
        {
            Quantifier.All => IsEmpty(actual) || AllHold(actual, context, isDeny),
            Quantifier.Any => !IsEmpty(actual) && AnyHolds(actual, context, isDeny),

            // AWS documents no meaning for a plain operator on a list: decision 0031.
            _ when actual.IsMultivalued => isDeny ? AnyHolds(actual, context, isDeny) : AllHold(actual, context, isDeny),
            _ => HoldsFor(actual[0], context, isDeny),
        };
    }

    private bool HoldsWithoutKey(EvaluationContext context, bool isDeny) => comparison switch
    {
        { IfExists: true } => true,
        { Quantifier: Quantifier.All } => true,
        { Quantifier: Quantifier.Any } => false,
        { IsNegated: true } => isDeny || !values.HasUnresolved(context),
        _ => false,
    };

    /// <summary>The user guide takes an empty text for an empty list where a set operator is used.</summary>
    private static bool IsEmpty(in ContextValues actual) => actual.Count == 1 && actual[0].Length == 0;

    private bool AllHold(in ContextValues actual, EvaluationContext context, bool isDeny)
    {
        for (var i = 0; i < actual.Count; i++)
        {
            if (!HoldsFor(actual[i], context, isDeny))
            {
                return false;
            }
        }

        return true;
    }

    private bool AnyHolds(in ContextValues actual, EvaluationContext context, bool isDeny)
    {
        for (var i = 0; i < actual.Count; i++)
        {
            if (HoldsFor(actual[i], context, isDeny))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A variable without a value matches nothing; a negated comparison with it holds in a Deny and fails in an Allow.</summary>
    private bool HoldsFor(string actual, EvaluationContext context, bool isDeny)
    {
        var found = values.Find(actual, context);
        return comparison.IsNegated ? found == Match.No || (isDeny && found == Match.Unresolved) : found == Match.Yes;
    }
}
