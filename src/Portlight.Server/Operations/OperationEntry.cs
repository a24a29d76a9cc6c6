using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using Portlight.Server.Access;
using Portlight.Server.Audit;
using Portlight.Server.Operations.Confirming;
using Portlight.Server.Operations.Installation;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Server.Operations;

/// <summary>An operation with its name and shapes: reads the body, sees to it that the caller may, runs the handler, writes the answer.</summary>
internal abstract class OperationEntry(ApiService service, string name, AccessOn access)
{
    public ApiService Service { get; } = service;

    /// <summary>The operation's name, <c>PutInstancePublicPorts</c>.</summary>
    public string Name { get; } = name;

    /// <summary>What a policy calls it, <c>lightsail:PutInstancePublicPorts</c>.</summary>
    public string Action { get; } = $"{service.ActionPrefix}:{name}";

    public AccessOn Access { get; } = access;

    /// <summary>Whether it changes nothing.</summary>
    public bool IsReadOnly { get; } = name.StartsWith("Get", StringComparison.Ordinal)
        || name.StartsWith("List", StringComparison.Ordinal)
        || name.StartsWith("Is", StringComparison.Ordinal)
        || name.StartsWith("Lookup", StringComparison.Ordinal)
        || name.StartsWith("Simulate", StringComparison.Ordinal);

    /// <summary>Whether its answer holds a secret that the server has made or keeps.</summary>
    public bool HandsOutSecret { get; } = name is "DownloadDefaultKeyPair" or "GetInstanceAccessDetails" or "CreateKeyPair" or "CreateAccessKey" or "CreateAccount" or "AssumeRole" or "GetSessionToken";

    /// <summary>Whether a request may ask that its change be undone unless it is confirmed: one that can shut its caller out.</summary>
    public bool TakesConfirmation { get; } = name is "PutInstancePublicPorts" or "OpenInstancePublicPorts" or "CloseInstancePublicPorts" or "AttachInstance";

    /// <summary>Whether it is about the installation, so that only the account that owns it may: Portlight's own, but for the one that belongs to a change of ports.</summary>
    public bool IsForOwner { get; } = service == ApiService.Portlight && name != ConfirmPorts.Name;

    /// <summary>What an event shows of its requests.</summary>
    public abstract ParameterShape Parameters { get; }

    /// <summary>Name of <see cref="OperationsMember"/> where an answer has a list of records.</summary>
    public const string OperationList = "operations";

    /// <summary>The member of the answer that holds operation records, <c>operation</c> or <c>operations</c>; null when it has none.</summary>
    public virtual string? OperationsMember => null;

    /// <exception cref="LightsailException">Whatever is wrong with the request, or went wrong in it.</exception>
    public Task RunAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer)
    {
        if (IsForOwner)
        {
            Owner.Require(call);
        }

        if (Access == AccessOn.Account)
        {
            Authorization.Require(call, new AccessQuestion(Action, Authorization.AccountResource(call)));
        }

        return HandleAsync(call, body, answer);
    }

    /// <summary>To be called before the answer goes out.</summary>
    /// <exception cref="InvalidOperationException">The operation has not asked whether the caller may.</exception>
    public void RequireAsked(Call call)
    {
        if (!call.IsAuthorized && Access != AccessOn.Nothing)
        {
            throw new InvalidOperationException($"{Action} answered without asking whether the caller may");
        }
    }

    protected abstract Task HandleAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer);

    /// <summary>An operation of a JSON service. Its shapes are made when they are first needed: all of them at the start take a quarter of it.</summary>
    public static OperationEntry Of<TRequest, TResponse>(
        ApiService service, string name, AccessOn access, IOperation<TRequest, TResponse> operation, Func<JsonTypeInfo<TRequest>> request, Func<JsonTypeInfo<TResponse>> response)
        where TRequest : class
        => new JsonEntry<TRequest, TResponse>(service, name, access, operation, request, response);

    /// <summary>An operation of a Query service.</summary>
    public static OperationEntry OfQuery(ApiService service, string name, AccessOn access, Func<Call, QueryRequest, XmlAnswer, Task> run) => new QueryEntry(service, name, access, run);

    private sealed class JsonEntry<TRequest, TResponse>(
        ApiService service, string name, AccessOn access, IOperation<TRequest, TResponse> operation, Func<JsonTypeInfo<TRequest>> request, Func<JsonTypeInfo<TResponse>> response)
        : OperationEntry(service, name, access)
        where TRequest : class
    {
        private readonly Lazy<ParameterShape> parameters = new(() => ParameterShape.Of(request()));
        private readonly Lazy<string?> operationsMember = new(() => response().Properties.Select(property => property.Name).FirstOrDefault(name => name is "operation" or OperationList));

        public override ParameterShape Parameters => parameters.Value;

        public override string? OperationsMember => operationsMember.Value;

        protected override async Task HandleAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer)
        {
            if (!AwsJson.TryRead(body.Span, request(), out var read, out var problem))
            {
                throw new SerializationException(problem.Message);
            }

            AwsJson.Write(answer, await operation.HandleAsync(call, read), response());
        }
    }

    private sealed class QueryEntry(ApiService service, string name, AccessOn access, Func<Call, QueryRequest, XmlAnswer, Task> run) : OperationEntry(service, name, access)
    {
        public override ParameterShape Parameters { get; } = QueryParameterNames.Of(name);

        protected override async Task HandleAsync(Call call, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer)
        {
            using var xml = new XmlAnswer(Name, Service.XmlNamespace!);
            await run(call, call.Query!, xml);
            answer.Write(xml.Finish(call.RequestId).Span);
        }
    }
}
