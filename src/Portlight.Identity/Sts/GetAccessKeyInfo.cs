using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>The account of an access key id, of whichever account: what to ask when a key turns up somewhere. It tells nothing of the key's state.</summary>
internal sealed class GetAccessKeyInfo(IStore store)
{
    public Task RunAsync(Call call, QueryRequest form, XmlAnswer answer)
    {
        var request = new IamRequest(call, form);
        var id = request.Require("AccessKeyId", IamRules.AccessKeyId);
        request.Done();
        if (call.Principal is { IsSession: true, RoleArn: null })
        {
            throw new AccessDeniedException("Cannot call GetAccessKeyInfo with session credentials");
        }

        var view = store.View;
        var account = view.FindAccessKey(id)?.AccountId ?? (TemporaryKeys.AccountOf(id) is { } encoded && view.FindAccount(encoded) is not null ? encoded : null);
        answer.Text("Account", account ?? throw IamException.Validation($"the access key id `{UserText.Excerpt(id)}` belongs to no account of this installation"));
        return Task.CompletedTask;
    }
}
