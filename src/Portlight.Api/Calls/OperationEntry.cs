using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Api;

/// <summary>An operation with its name and shapes: reads the body, runs the handler, writes the answer.</summary>
internal abstract class OperationEntry(ApiService service, string name, AccessOn access, OperationTraits traits)
{
    public ApiService Service { get; } = service;

    /// <summary>The operation's name, <c>PutInstancePublicPorts</c>.</summary>
    public string Name { get; } = name;

    /// <summary>What a policy calls it, <c>lightsail:PutInstancePublicPorts</c>.</summary>
    public string Action { get; } = $"{service.ActionPrefix}:{name}";

    public AccessOn Access { get; } = access;

    public OperationTraits Traits { get; } = traits;

    public bool IsReadOnly => Traits.HasFlag(OperationTraits.ReadOnly);

    public bool HandsOutSecret => Traits.HasFlag(OperationTraits.HandsOutSecret);

    public bool TakesConfirmation => Traits.HasFlag(OperationTraits.TakesConfirmation);

    public bool IsForOwner => Traits.HasFlag(OperationTraits.ForOwner);

    public bool ShowsResult => Traits.HasFlag(OperationTraits.ShowsResult);

    /// <summary>What an event shows of its requests.</summary>
    public abstract ParameterShape Parameters { get; }

    /// <summary>Name of <see cref="OperationsMember"/> where an answer has a list of records.</summary>
    public const string OperationList = "operations";

    /// <summary>The member of the answer that holds operation records, <c>operation</c> or <c>operations</c>; null when it has none.</summary>
    public virtual string? OperationsMember => null;

    /// <exception cref="LightsailException">Whatever is wrong with the request, or went wrong in it.</exception>
    public abstract Task RunAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer);

    /// <summary>To be called before the answer goes out.</summary>
    /// <exception cref="InvalidOperationException">The operation has not asked whether the caller may.</exception>
    public void RequireAsked(Call call)
    {
        if (!call.IsAuthorized && Access != AccessOn.Nothing)
        {
            throw new InvalidOperationException($"{Action} answered without asking whether the caller may");
        }
    }

    /// <summary>An operation of a JSON service. Its shapes are made when they are first needed: all of them at the start take a quarter of it.</summary>
    public static OperationEntry Of<TRequest, TResponse>(
        ApiService service, string name, AccessOn access, IOperation<TRequest, TResponse> operation, Func<JsonTypeInfo<TRequest>> request, Func<JsonTypeInfo<TResponse>> response,
        OperationTraits traits = OperationTraits.None)
        where TRequest : class
        => new JsonEntry<TRequest, TResponse>(service, name, access, operation, request, response, traits);

    /// <summary>An operation of a Query service, with its parameters as <see cref="ParameterShape.Parse"/> reads them.</summary>
    public static OperationEntry OfQuery(
        ApiService service, string name, string parameters, AccessOn access, Func<Call, QueryRequest, XmlAnswer, Task> run, OperationTraits traits = OperationTraits.None) =>
        new QueryEntry(service, name, parameters, access, run, traits);

    private sealed class JsonEntry<TRequest, TResponse>(
        ApiService service, string name, AccessOn access, IOperation<TRequest, TResponse> operation, Func<JsonTypeInfo<TRequest>> request, Func<JsonTypeInfo<TResponse>> response,
        OperationTraits traits)
        : OperationEntry(service, name, access, traits)
        where TRequest : class
    {
        private readonly Lazy<ParameterShape> _parameters = new(() => ParameterShape.Of(request()));
        private readonly Lazy<string?> _operationsMember = new(() => response().Properties.Select(property => property.Name).FirstOrDefault(name => name is "operation" or OperationList));

        public override ParameterShape Parameters => _parameters.Value;

        public override string? OperationsMember => _operationsMember.Value;

        public override async Task RunAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer)
        {
            if (!AwsJson.TryRead(body.Span, request(), out var read, out var problem))
            {
                throw new SerializationException(problem.Message);
            }

            AwsJson.Write(answer, await operation.HandleAsync(call, read), response());
        }
    }

    private sealed class QueryEntry(ApiService service, string name, string parameters, AccessOn access, Func<Call, QueryRequest, XmlAnswer, Task> run, OperationTraits traits)
        : OperationEntry(service, name, access, traits)
    {
        public override ParameterShape Parameters { get; } = ParameterShape.Parse(parameters);

        public override async Task RunAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer)
        {
            using var xml = new XmlAnswer(Name, Service.XmlNamespace!);
            await run(call, call.Query!, xml);
            answer.Write(xml.Finish(call.RequestId).Span);
        }
    }
}
