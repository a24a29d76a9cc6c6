using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// What clients ask for before they delete a user or a role and what nobody has here: consoles, devices, certificates and instance profiles. The answers are
/// true: empty lists, and passwords that cannot be found.
/// </summary>
internal sealed class EmptyAnswers(Entities<User> users, Entities<Role> roles)
{
    /// <summary>An empty list of something that a user would have; without a name, the caller.</summary>
    public Func<IamRequest, XmlAnswer, Task> OfUser(string element) => (request, answer) =>
    {
        var given = request.Find("UserName", IamRules.ExistingUserName);
        WriteNone(request, answer, element, () => RequireUser(request, given));
        return Task.CompletedTask;
    };

    public Func<IamRequest, XmlAnswer, Task> OfRole(string element) => (request, answer) =>
    {
        var name = roles.Name(request);
        WriteNone(request, answer, element, () => roles.Read(request, name));
        return Task.CompletedTask;
    };

    public static Func<IamRequest, XmlAnswer, Task> OfAccount(string element) => (request, answer) =>
    {
        WriteNone(request, answer, element, () => Authorization.Require(request.Call, new AccessQuestion(request.Action, "*")));
        return Task.CompletedTask;
    };

    /// <summary>GetLoginProfile, DeleteLoginProfile: nobody has a password.</summary>
    public Task NoLoginProfileAsync(IamRequest request, XmlAnswer answer)
    {
        var given = request.Find("UserName", IamRules.UserName);
        request.Done();
        var name = RequireUser(request, given);
        throw IamException.NoSuchEntity($"Login Profile for User {name ?? request.AccountId} cannot be found.");
    }

    private static void WriteNone(IamRequest request, XmlAnswer answer, string element, Action require)
    {
        var page = IamPage.Read(request);
        request.Done();
        require();
        page.Of<string>([], entry => entry).Write(answer, element, _ => { });
    }

    private string? RequireUser(IamRequest request, string? given)
    {
        if (Caller.UserOf(request, given) is { } name)
        {
            return users.Read(request, name).Name;
        }

        Caller.RequireOnRoot(request);
        return null;
    }
}
