using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>Reads what ApplyPorts wants: a Put, an Open or a Close, and what of it expires.</summary>
internal static class TimedPorts
{
    private const int Least = 30;
    private const int Most = 30 * 24 * 3600;

    private const int LongestReason = 256;

    /// <summary>Times at which something of one instance is closed.</summary>
    private const int MostTimes = 50;

    /// <exception cref="InvalidInputException">It is none of them or several, or a rule, a time or the reason is bad.</exception>
    public static PortRequest Read(ApplyPortsRequest request, PortLimits limits)
    {
        object?[] kinds = [request.PortInfos, request.Open, request.Close];
        if (kinds.Count(kind => kind is not null) is not 1 and var there)
        {
            throw Requests.Invalid([new Problem("portInfos, open, close", $"exactly one of them is wanted, and {(there == 0 ? "none is" : $"{there} are")} there")]);
        }

        var problems = new List<Problem>();
        if (request.Reason is { } reason && (reason.Length > LongestReason || string.IsNullOrWhiteSpace(reason) || reason.Any(char.IsControl)))
        {
            problems.Add(new Problem("reason", $"must be 1 to {LongestReason} characters of one line"));
        }

        if (request.Close is { } close)
        {
            return problems.Count > 0 ? throw Requests.Invalid(problems) : PortRequest.Close(close, limits) with { IsAskedBeside = true };
        }

        var infos = request.PortInfos ?? [request.Open];
        for (var i = 0; i < infos.Count; i++)
        {
            if (infos[i]?.ExpiresInSeconds is { } seconds and not (0 or (>= Least and <= Most)))
            {
                problems.Add(new Problem(request.Open is null ? $"portInfos[{i}].expiresInSeconds" : "open.expiresInSeconds", $"is {seconds}; it must be {Least} to {Most}, or 0 for never"));
            }
        }

        if (problems.Count > 0)
        {
            throw Requests.Invalid(problems);
        }

        // The rules that are bad are named by the one that is made of them.
        var plain = request.Open is { } open ? PortRequest.Open(Plain(open), limits) : PortRequest.Put([.. infos.Select(info => info is null ? null : Plain(info))], limits);
        var timed = infos.Select(info => (Rule: Rule(info!, limits), Seconds: info!.ExpiresInSeconds ?? (request.Open is null ? null : 0))).ToList();
        return plain with
        {
            IsAskedBeside = true,
            ClosedLater = request.Open is null ? [.. timed.Where(one => one.Seconds > 0).Select(one => one.Rule)] : [],
            Expire = (call, before, ports) => Bounded(timed.Aggregate(before.Expiring.Left(ports), (expiring, one) => one.Seconds switch
            {
                null => expiring,
                0 => expiring.Without(one.Rule),
                { } seconds => request.Open is null ? expiring.With(New(call, one.Rule, seconds)) : Opened(call, before, expiring, one.Rule, seconds),
            })),
        };
    }

    /// <summary>
    /// An Open never takes away: what is open for good stays so, and what somebody opened until a later time stays until then.
    /// </summary>
    private static ImmutableArray<ExpiringRule> Opened(Call call, Instance before, ImmutableArray<ExpiringRule> expiring, PortRule rule, int seconds)
    {
        var added = New(call, rule, seconds);
        var later = expiring.Where(one => one.Rule.Key == rule.Key && one.At >= added.At).Aggregate(rule, (left, one) => left.Without(one.Rule));
        var rest = before.Expiring.Lasting(before.Ports, rule.Key) is { } lasting ? later.Without(lasting) : later;
        return rest.HasSources ? expiring.With(added with { Rule = rest }) : expiring;
    }

    private static ExpiringRule New(Call call, PortRule rule, int seconds) => new()
    {
        Rule = rule,
        At = call.Now + TimeSpan.FromSeconds(seconds),
        Within = TimeSpan.FromSeconds(seconds),
        OpenedBy = call.Principal.Arn,
        RequestId = call.RequestId,
    };

    private static ImmutableArray<ExpiringRule> Bounded(ImmutableArray<ExpiringRule> expiring) => expiring.Select(one => one.Id).Distinct().Count() is var times && times > MostTimes
        ? throw Requests.Invalid([new Problem("expiresInSeconds", $"would give the instance {times} times at which something is closed; at most {MostTimes} are allowed")])
        : expiring;

    private static PortInfo Plain(TimedPort info) => new()
    {
        FromPort = info.FromPort,
        ToPort = info.ToPort,
        Protocol = info.Protocol,
        Cidrs = info.Cidrs,
        Ipv6Cidrs = info.Ipv6Cidrs,
        CidrListAliases = info.CidrListAliases,
    };

    private static PortRule Rule(TimedPort info, PortLimits limits) => PortSet.Empty.TryOpen(Plain(info).ToInput(), limits, out var alone, out _, out var problems)
        ? alone.Rules[0]
        : throw Requests.Invalid(problems);
}
