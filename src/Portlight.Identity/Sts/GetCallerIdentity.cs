using Portlight.Api;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Tells a caller its own name. It needs no permission, and no policy can deny it (STS API reference): the caller knows already.</summary>
internal static class GetCallerIdentity
{
    public static Task RunAsync(Call call, QueryRequest form, XmlAnswer answer)
    {
        answer.Text("Arn", call.Principal.Arn);
        answer.Text("UserId", call.Principal.UserId);
        answer.Text("Account", call.Principal.AccountId);
        return Task.CompletedTask;
    }
}
