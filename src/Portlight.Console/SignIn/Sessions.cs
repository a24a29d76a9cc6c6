using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Portlight.Console.SignIn;

/// <summary>
/// Everybody that is signed in, in the memory of this process alone: a restart signs everybody out. A cookie names its session by a random number (sealed by the framework); a session that is
/// removed here is over in every tab at once. At most <see cref="Most"/>: the one that ends first makes room.
/// </summary>
internal sealed class Sessions(TimeProvider clock) : ITicketStore
{
    public const int Most = 1_000;

    private const string IdClaim = "session";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Person Person, AuthenticationTicket? Ticket)> _sessions = [];

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>What the cookie's principal is made of.</summary>
    public static ClaimsPrincipal PrincipalOf(Person person) =>
        new(new ClaimsIdentity([new Claim(IdClaim, person.Id), new Claim(ClaimTypes.Name, person.Name)], CookieAuthenticationDefaults.AuthenticationScheme));

    public void Add(Person person)
    {
        List<Person> over;
        lock (_gate)
        {
            over = [.. _sessions.Values.Select(session => session.Person).Where(other => other.ExpiresAt <= clock.GetUtcNow())];
            if (_sessions.Count - over.Count >= Most)
            {
                over.Add(_sessions.Values.Select(session => session.Person).Except(over).MinBy(other => other.ExpiresAt)!);
            }

            _sessions[person.Id] = (person, null);
        }

        over.ForEach(Remove);
    }

    /// <summary>The person that a principal stands for; null where the session is over.</summary>
    public Person? Find(ClaimsPrincipal principal) => principal.FindFirst(IdClaim) is { Value: var id } && Live(id) is { Person: var person } ? person : null;

    /// <summary>The person as they signed in; null where the session is over.</summary>
    public Person? Home(Person person) => Live(person.Id)?.Person;

    public void Remove(Person person) => RemoveAsync(person.Id);

    public Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var id = ticket.Principal.FindFirst(IdClaim)?.Value ?? throw new InvalidOperationException("the ticket is of no session");
        RenewAsync(id, ticket);
        return Task.FromResult(id);
    }

    public Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(key, out var session))
            {
                _sessions[key] = (session.Person, ticket);
            }
        }

        return Task.CompletedTask;
    }

    public Task<AuthenticationTicket?> RetrieveAsync(string key) => Task.FromResult(Live(key)?.Ticket);

    public Task RemoveAsync(string key)
    {
        Person? person;
        lock (_gate)
        {
            person = _sessions.Remove(key, out var session) ? session.Person : null;
        }

        person?.End();
        return Task.CompletedTask;
    }

    private (Person Person, AuthenticationTicket? Ticket)? Live(string id)
    {
        lock (_gate)
        {
            return _sessions.TryGetValue(id, out var session) && session.Person.ExpiresAt > clock.GetUtcNow() ? session : null;
        }
    }
}
