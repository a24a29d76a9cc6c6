using Portlight.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>There is no VPC to be peered with.</summary>
internal sealed class IsVpcPeered : IOperation<IsVpcPeeredRequest, IsVpcPeeredResponse>
{
    public Task<IsVpcPeeredResponse> HandleAsync(Call call, IsVpcPeeredRequest request) => Task.FromResult(new IsVpcPeeredResponse { IsPeered = false });
}
