using System.Globalization;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>Calls by one access key that have no event of their own, for one reason. Not safe for two threads at once.</summary>
internal sealed class UnrecordedGap(string accountId, string accessKeyId, string reason, DateTimeOffset from)
{
    /// <summary>In the place of the access key: callers whose signature does not hold.</summary>
    public const string Nobody = "unknown";

    /// <summary>Refusals that are told one by one, an operation with its error.</summary>
    internal const int MaxRefusals = 16;

    private const string OtherRefusals = "others refused";

    private readonly Dictionary<string, long> _served = [];
    private readonly Dictionary<string, long> _refused = [];
    private DateTimeOffset _until;

    public (string Account, string Key, string Reason) Key => (accountId, accessKeyId, reason);

    public long Calls { get; private set; }

    public void Count(string operation, string? errorCode, DateTimeOffset now)
    {
        _until = now;
        Add(errorCode is null ? operation : $"{operation} {errorCode}", 1, isServed: errorCode is null);
    }

    /// <summary>Takes in what was counted later.</summary>
    public void Add(UnrecordedGap later)
    {
        _until = later._until;
        foreach (var (ending, count) in later._served)
        {
            Add(ending, count, isServed: true);
        }

        foreach (var (ending, count) in later._refused)
        {
            Add(ending, count, isServed: false);
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
            ["operations"] = string.Join(", ", Counts(_served).Concat(Counts(_refused))),
        });

    /// <summary>Each operation that was served is named: there are as many as the server has. What was refused is of a caller's choice, and must not push one of these out of sight.</summary>
    private void Add(string ending, long count, bool isServed)
    {
        Calls += count;
        var endings = isServed ? _served : _refused;
        ending = isServed || endings.Count < MaxRefusals || endings.ContainsKey(ending) ? ending : OtherRefusals;
        endings[ending] = endings.GetValueOrDefault(ending) + count;
    }

    private static IEnumerable<string> Counts(Dictionary<string, long> endings) =>
        endings.OrderByDescending(pair => pair.Value).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}: {pair.Value}"));

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";
}
