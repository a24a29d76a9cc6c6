using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using Portlight.Wire;

namespace Portlight.Server.Operations;

/// <summary>An operation with its shapes: reads the body, runs the handler, writes the answer.</summary>
internal abstract class OperationEntry
{
    /// <exception cref="LightsailException">Whatever is wrong with the request, or went wrong in it.</exception>
    public abstract Task RunAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer);

    public static OperationEntry Of<TRequest, TResponse>(IOperation<TRequest, TResponse> operation, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response)
        where TRequest : class
        => new Typed<TRequest, TResponse>(operation, request, response);

    private sealed class Typed<TRequest, TResponse>(IOperation<TRequest, TResponse> operation, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response) : OperationEntry
        where TRequest : class
    {
        public override async Task RunAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer)
        {
            if (!AwsJson.TryRead(body.Span, request, out var read, out var problem))
            {
                throw new SerializationException(problem.Message);
            }

            AwsJson.Write(answer, await operation.HandleAsync(call, read), response);
        }
    }
}
