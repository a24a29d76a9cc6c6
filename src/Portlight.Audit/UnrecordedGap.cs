using System.Globalization;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>Calls by one access key that have no event of their own, for one reason. Not safe for two threads at once.</summary>
internal sealed class UnrecordedGap(string accountId, string accessKeyId, string reason, DateTimeOffset from)
{
    /// <summary>In the place of the access key: callers whose signature does not hold.</summary>
    public const string Nobody = "unknown";

    /// <summary>Ways to end that are told one by one.</summary>
    internal const int MaxEndings = 16;

    private readonly Dictionary<string, long> _endings = [];
    private DateTimeOffset _until;

    public (string Account, string Key, string Reason) Key => (accountId, accessKeyId, reason);

    public long Calls { get; private set; }

    public void Count(string operation, string? errorCode, DateTimeOffset now)
    {
        _until = now;
        Add(errorCode is null ? operation : $"{operation} {errorCode}", 1);
    }

    /// <summary>Takes in what was counted later.</summary>
    public void Add(UnrecordedGap later)
    {
        _until = later._until;
        foreach (var (ending, count) in later._endings)
        {
            Add(ending, count);
        }
    }

    public AuditEvent ToEvent(DateTimeOffset now) => ServiceEvent.Of(
        now,
        ServiceEvent.CallsUnrecorded,
        accountId,
        AuditLog.GlobalRegion,
        ($"arn:aws:iam::{accountId}:root", "AWS::IAM::AccessKey"),
        new Dictionary<string, string>
        {
            ["accessKeyId"] = accessKeyId,
            ["calls"] = Calls.ToString(CultureInfo.InvariantCulture),
            ["reason"] = reason,
            ["from"] = Text(from),
            ["until"] = Text(_until),
            ["operations"] = string.Join(", ", _endings.OrderByDescending(pair => pair.Value).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}: {pair.Value}"))),
        });

    private void Add(string ending, long count)
    {
        Calls += count;
        ending = _endings.Count < MaxEndings || _endings.ContainsKey(ending) ? ending : "others";
        _endings[ending] = _endings.GetValueOrDefault(ending) + count;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";
}
