using System.Globalization;
using System.Xml.Linq;
using Portlight.Console.Api;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Console.SignIn;

/// <summary>
/// From an access key to a person: the key is exchanged for credentials that end by themselves, and forgotten. By SignIn, whose credentials IAM takes; a person whom no policy allows that gets
/// those of GetSessionToken, which need no permission, and for which the pages about users and policies are closed.
/// </summary>
internal sealed class SessionExchange(ApiEndpoint endpoint)
{
    /// <summary>How long credentials are used that were temporary already, of which STS does not say when they end.</summary>
    private static readonly TimeSpan OfTemporary = TimeSpan.FromHours(1);

    /// <exception cref="ApiException">The server does not know the key, or was not reached.</exception>
    public async Task<Person> ExchangeAsync(AwsCredentials key, string region, string? address, CancellationToken cancellation)
    {
        var caller = new ApiCaller(endpoint, key, region, address);
        if (key.SessionToken is not null)
        {
            return await KnownAsync(key, endpoint.Clock.GetUtcNow() + OfTemporary, callsIam: true, region, address, cancellation);
        }

        try
        {
            var signedIn = await caller.CallAsync("SignIn", new SignInRequest(), PortlightJson.Default.SignInRequest, PortlightJson.Default.SignInResponse, cancellation);
            var given = signedIn.Credentials;
            return new Person
            {
                Id = Sessions.NewId(),
                Arn = signedIn.Arn,
                AccountId = signedIn.AccountId,
                Region = region,
                Credentials = new AwsCredentials(given.AccessKeyId, given.SecretAccessKey, given.SessionToken),
                ExpiresAt = given.ExpiresAt,
                CallsIam = true,
            };
        }
        catch (ApiException refused) when (refused.Kind == ApiFault.Denied)
        {
            var session = (await caller.StsAsync("GetSessionToken", cancellation)).Element("Credentials") ?? throw Unreadable();
            return await KnownAsync(
                new AwsCredentials(Text(session, "AccessKeyId"), Text(session, "SecretAccessKey"), Text(session, "SessionToken")),
                DateTimeOffset.Parse(Text(session, "Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                callsIam: false, region, address, cancellation);
        }
    }

    private async Task<Person> KnownAsync(AwsCredentials credentials, DateTimeOffset expires, bool callsIam, string region, string? address, CancellationToken cancellation)
    {
        var caller = await new ApiCaller(endpoint, credentials, region, address).StsAsync("GetCallerIdentity", cancellation);
        return new Person { Id = Sessions.NewId(), Arn = Text(caller, "Arn"), AccountId = Text(caller, "Account"), Region = region, Credentials = credentials, ExpiresAt = expires, CallsIam = callsIam };
    }

    private static string Text(XElement parent, string name) => parent.Element(name)?.Value ?? throw Unreadable();

    private static ApiException Unreadable() => new(ApiFault.Unreachable, "the server's answer was not understood: is it Portlight that answers there?");
}
