using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Temporary credentials of a role, for a caller that the role trusts. Nothing is written: what there is of the session is in its token.</summary>
internal sealed class AssumeRole(IStore store, Principals principals, SessionIssuer issuer)
{
    public Task RunAsync(Call call, QueryRequest form, XmlAnswer answer)
    {
        var asked = AssumeRoleRequest.Read(call, form);
        call.Resource = asked.RoleArn;
        if (call.Principal.IsRoot)
        {
            throw new AccessDeniedException("Roles may not be assumed by root accounts.");
        }

        var view = store.View;
        var terms = asked.Terms(call.Principal.SessionTerms);
        var role = new RoleAccess(call, view, principals, asked, terms).Require();
        RequirePolicies(view, role, terms);
        var (packed, percent) = SessionIssuer.Pack(terms);
        var session = SessionIssuer.Begin(call, role.AccountId, SecondsOf(call, asked, role)) with
        {
            Kind = SessionKind.Role,
            Name = role.Name,
            Id = role.Id,
            SessionName = asked.SessionName,
            Terms = terms,
        };
        call.Audit.AlsoFor = role.AccountId == call.Principal.AccountId ? null : role.AccountId;
        Write(call, answer, session, packed, percent);
        return Task.CompletedTask;
    }

    private void Write(Call call, XmlAnswer answer, Session session, byte[] packed, int percent)
    {
        answer.Text("SourceIdentity", session.Terms.SourceIdentity);
        answer.Structure("AssumedRoleUser", () =>
        {
            answer.Text("AssumedRoleId", $"{session.Id}:{session.SessionName}");
            answer.Text("Arn", SessionIssuer.ArnOf(session));
        });
        issuer.Write(call, answer, session, packed);
        if (percent > 0)
        {
            answer.Number("PackedPolicySize", percent);
        }
    }

    /// <summary>An hour, or what the request says within what the role allows; with temporary credentials an hour at most. The refusals are AWS's words.</summary>
    private static int SecondsOf(Call call, AssumeRoleRequest asked, Role role)
    {
        var seconds = asked.Seconds ?? Durations.Hour;
        if (call.Principal.IsSession && seconds > Durations.Hour)
        {
            throw IamException.Validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        }

        return seconds <= role.MaxSessionDuration.TotalSeconds
            ? seconds
            : throw IamException.Validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }

    /// <summary>A policy that could not be evaluated would have to deny everything: better said now than found out later.</summary>
    private static void RequirePolicies(IStoreView view, Role role, SessionTerms terms)
    {
        if (terms.Policy is { } policy)
        {
            Documents.RequireReadable(policy);
        }

        foreach (var arn in terms.PolicyArns)
        {
            if (Principals.FindManaged(view, role.AccountId, arn) is null)
            {
                throw IamException.Validation($"the policy `{UserText.Excerpt(arn)}` is neither one of AWS's nor one of the role's account");
            }
        }
    }
}
