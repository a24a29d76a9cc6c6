using Portlight.Policies.Conditions;
using Portlight.Policies.Matching;

namespace Portlight.Policies.Documents;

/// <summary>What a statement says, read and ready to be evaluated. An identity policy's has resources and no principals, a trust policy's the other way round.</summary>
internal sealed record StatementParts(string? Sid, bool IsDeny, ActionSet Actions, ResourceSet? Resources, PrincipalSet? Principals, Condition[] Conditions);
