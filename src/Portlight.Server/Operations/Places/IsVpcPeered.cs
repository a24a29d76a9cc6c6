using Portlight.Wire.Lightsail;

namespace Portlight.Server.Operations.Places;

/// <summary>There is no VPC to be peered with.</summary>
internal sealed class IsVpcPeered : IOperation<IsVpcPeeredRequest, IsVpcPeeredResponse>
{
    public Task<IsVpcPeeredResponse> HandleAsync(Call call, IsVpcPeeredRequest request) => Task.FromResult(new IsVpcPeeredResponse { IsPeered = false });
}
