using System.Globalization;
using System.Xml.Linq;
using Portlight.Console.Api;
using Portlight.Wire.SigV4;

namespace Portlight.Console.SignIn;

/// <summary>From an access key to a person: the key is exchanged for credentials that end by themselves (STS GetSessionToken), and forgotten.</summary>
internal sealed class SessionExchange(ApiEndpoint endpoint)
{
    /// <summary>How long credentials are used that were temporary already, of which STS does not say when they end.</summary>
    private static readonly TimeSpan OfTemporary = TimeSpan.FromHours(1);

    /// <exception cref="ApiException">The server does not know the key, or was not reached.</exception>
    public async Task<Person> ExchangeAsync(AwsCredentials key, string region, string? address, CancellationToken cancellation)
    {
        var (credentials, expires) = (key, endpoint.Clock.GetUtcNow() + OfTemporary);
        if (key.SessionToken is null)
        {
            var session = (await new ApiCaller(endpoint, key, region, address).StsAsync("GetSessionToken", cancellation)).Element("Credentials") ?? throw Unreadable();
            credentials = new AwsCredentials(Text(session, "AccessKeyId"), Text(session, "SecretAccessKey"), Text(session, "SessionToken"));
            expires = DateTimeOffset.Parse(Text(session, "Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        }

        var caller = await new ApiCaller(endpoint, credentials, region, address).StsAsync("GetCallerIdentity", cancellation);
        return new Person { Id = Sessions.NewId(), Arn = Text(caller, "Arn"), AccountId = Text(caller, "Account"), Region = region, Credentials = credentials, ExpiresAt = expires };
    }

    private static string Text(XElement parent, string name) => parent.Element(name)?.Value ?? throw Unreadable();

    private static ApiException Unreadable() => new(ApiFault.Unreachable, "the server's answer was not understood: is it Portlight that answers there?");
}
