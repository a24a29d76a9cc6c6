using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>Keeps an operator from closing the way that they came by. The server refuses to shut out a session that it sees; what only this session knows of itself is added.</summary>
internal static class SshLoss
{
    /// <param name="request">The dry run.</param>
    /// <param name="plan">Its answer.</param>
    /// <param name="confirmWithin">A change that is undone unless it is confirmed locks nobody out for good.</param>
    /// <param name="advice">What to do with the ports that are named behind it.</param>
    /// <exception cref="FailedException">An SSH session would be lost.</exception>
    public static void Refuse(AttachInstanceRequest request, AttachInstanceResponse plan, TimeSpan? confirmWithin, string advice)
    {
        if (confirmWithin is not null)
        {
            return;
        }

        var rules = plan.SshSessions.Where(session => session.IsOpenBefore && !session.IsOpenAfter).Select(session => session.Rule).Distinct().ToList();
        if (request.ThisHost is true
            && plan.AreProcessesHidden
            && SshSession.Parse(Environment.GetEnvironmentVariable(SshSession.EnvironmentVariable)) is { } own
            && !own.Passes(plan.PortStatesAfter, plan.Attachment.PrivateCidrs))
        {
            rules.Add($"{own.Port}/tcp{(own.Client is { } client ? $"@{client}" : "")}");
        }

        if (rules.Count > 0)
        {
            throw new FailedException($"refused, because an SSH session would be lost: {advice} {string.Join(',', rules.Distinct())}, say --confirm 60s to have it undone unless a new session confirms it, or --yes if there is another way in");
        }
    }
}
