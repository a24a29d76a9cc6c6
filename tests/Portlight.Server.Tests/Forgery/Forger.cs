using System.Text;

namespace Portlight.Server.Tests.Forgery;

/// <summary>Changes signed requests after they were signed.</summary>
internal sealed class Forger(int seed, IReadOnlyList<SignedRequest> all)
{
    private const string Letters = "aAzZ09%+/=&;.-_ \"{}[]:,<>!*~\0\u00e9";

    private static readonly (string, string)[] Added =
    [
        ("X-Amz-Target", "Lightsail_20161128.DeleteInstance"), ("X-Amz-Target", "Portlight_20261122.CreateAccount"), ("x-amz-target", "Lightsail_20161128.GetInstances"), ("X-Amz-Security-Token", "AAAA"),
        ("X-Amz-Date", "20261122T120000Z"), ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), ("X-Portlight-Confirm", "60"), ("If-Match", "\"1\""), ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Type", "application/x-amz-json-1.1"), ("Host", "example.com"), ("X-HTTP-Method-Override", "GET"), ("X-Forwarded-For", "10.0.0.1"), ("X-Amz-Meta", "x"), ("Date", "Sun, 22 Nov 2026 12:00:00 GMT"),
    ];

    private static readonly (string From, string To)[] Swaps =
    [
        ("web-1", "web-2"), ("GetInstance", "DeleteInstance"), ("GetInstance", "GetInstances"), ("GetUser", "DeleteUser"), ("alice", "bob"), ("GetCallerIdentity", "GetSessionToken"), ("TagResource", "UntagResource"),
        ("Lightsail_20161128", "Portlight_20261122"), (";x-amz-target", ""), (";x-amz-date", ""), ("host;", ""), ("SignedHeaders=", "SignedHeaders=a;"), ("us-east-1", "eu-west-1"), ("/iam/", "/sts/"), ("/sts/", "/iam/"), ("/lightsail/", "/iam/"),
        ("aws4_request", "aws4_requesT"), ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), ("X-Amz-Expires=900", "X-Amz-Expires=604800"), ("X-Amz-Expires=900&", ""), ("20261122", "20261123"), ("+", "%20"), ("+", "%2B"), ("%2B", "+"),
        ("%20", "+"), ("%2F", "/"), ("X-Amz-", "x-amz-"), ("Action", "%41ction"), ("&", "&&"), ("=", "=="), ("?", "?Action=DeleteUser&"), ("UserName", "GroupName"), ("v1", "v2"), ("Signature=", "Signature=0"), ("fuzz/1", "fuzz/2"),
    ];

    private readonly Random _random = new(seed);

    /// <summary>One of the requests, which, and what was made of it by one to three changes.</summary>
    public (int Which, SignedRequest Forged) Next()
    {
        var which = _random.Next(all.Count);
        var forged = all[which];
        for (var left = _random.Next(1, 4); left > 0; left--)
        {
            forged = Change(forged);
        }

        return (which, forged);
    }

    private SignedRequest Change(SignedRequest request) => _random.Next(12) switch
    {
        0 => request with { Method = _random.Next(4) switch { 0 => "GET", 1 => "PUT", 2 => "post", _ => Edited(request.Method) } },
        1 => request with { Target = Edited(request.Target) },
        2 => request with { Target = request.Target + (request.Target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "X-Amz-Signature=" + new string('0', 64) },
        3 => request with { Headers = At(request, header => (header.Name, Edited(header.Value))) },
        4 => request with { Headers = At(request, header => (Edited(header.Name).Replace(":", "", StringComparison.Ordinal), header.Value)) },
        5 => request with { Headers = [.. request.Headers, Added[_random.Next(Added.Length)]] },
        6 => request with { Headers = [Added[_random.Next(Added.Length)], .. request.Headers] },
        7 => request with { Headers = [.. request.Headers.Where((_, i) => i != 1 + _random.Next(request.Headers.Count))] },
        8 => request with { Body = Encoding.Latin1.GetBytes(Edited(Encoding.Latin1.GetString(request.Body))) },
        9 => Swapped(request),
        10 => request with { Headers = [.. request.Headers, request.Headers[_random.Next(request.Headers.Count)]] },
        _ => Spliced(request, all[_random.Next(all.Count)]),
    };

    private IReadOnlyList<(string, string)> At(SignedRequest request, Func<(string Name, string Value), (string, string)> change)
    {
        var at = _random.Next(request.Headers.Count);
        return [.. request.Headers.Select((header, i) => i == at ? change(header) : header)];
    }

    private SignedRequest Swapped(SignedRequest request)
    {
        var (from, to) = Swaps[_random.Next(Swaps.Length)];
        string Swap(string text) => text.Replace(from, to, StringComparison.Ordinal);
        return new SignedRequest(request.Method, Swap(request.Target), [.. request.Headers.Select(header => (header.Name, Swap(header.Value)))], _random.Next(2) == 0 ? request.Body : Encoding.Latin1.GetBytes(Swap(Encoding.Latin1.GetString(request.Body))));
    }

    /// <summary>The signature of one with what another asks for.</summary>
    private SignedRequest Spliced(SignedRequest request, SignedRequest other) => _random.Next(3) switch
    {
        0 => request with { Body = other.Body },
        1 => request with { Target = other.Target },
        _ => request with { Headers = [.. other.Headers.Where(header => header.Name != "Authorization"), .. request.Headers.Where(header => header.Name == "Authorization")] },
    };

    private string Edited(string text)
    {
        var at = _random.Next(text.Length + 1);
        var letter = _random.Next(3) == 0 ? (char)_random.Next(1, 256) : Letters[_random.Next(Letters.Length)];
        return _random.Next(4) switch
        {
            0 => text.Insert(at, letter.ToString()),
            1 when at < text.Length => text.Remove(at, 1),
            2 when at < text.Length => string.Concat(text.AsSpan(0, at), letter.ToString(), text.AsSpan(at + 1)),
            3 => text[..at],
            _ => text + letter,
        };
    }
}
