using Portlight.Policies.Matching;

namespace Portlight.Policies.Conditions;

/// <summary>The values that a policy has for a key, read once in the form that their operator compares.</summary>
internal abstract class PolicyValues
{
    /// <summary>The values that may hold policy variables.</summary>
    public virtual IEnumerable<Template> Templates => [];

    /// <summary>Whether a value of the request matches one of the policy's. A text that the operator cannot read matches none.</summary>
    public abstract Match Find(string actual, EvaluationContext context);

    /// <summary>Whether one of them holds a variable that has neither a value nor a default.</summary>
    public bool HasUnresolved(EvaluationContext context)
    {
        foreach (var template in Templates)
        {
            if (!template.TryResolve(context, out _))
            {
                return true;
            }
        }

        return false;
    }
}
