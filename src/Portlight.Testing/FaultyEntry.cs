using System.Buffers;
using System.Text;
using Portlight.Api;

namespace Portlight.Testing;

/// <summary>An operation that fails when the test has asked for it, and is the real one otherwise.</summary>
internal sealed class FaultyEntry(OperationEntry real, Faults faults) : OperationEntry(real.Service, real.Name, real.Access, real.Traits)
{
    public override ParameterShape Parameters => real.Parameters;

    public override string? OperationsMember => real.OperationsMember;

    public override Task RunAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer) =>
        faults.Find(Name, call.Principal.OriginKeyId, () => Encoding.UTF8.GetString(body.Span)) is { } error ? Task.FromException(error) : real.RunAsync(call, body, answer);
}
