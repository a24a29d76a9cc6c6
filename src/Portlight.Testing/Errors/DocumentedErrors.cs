using System.Collections.Frozen;
using Portlight.Wire;

namespace Portlight.Testing;

/// <summary>The errors that the API references of Lightsail, IAM, STS and CloudTrail list for the operations that the server answers.</summary>
public static class DocumentedErrors
{
    private static readonly Table All = Table.Read();

    /// <summary>Every operation that has documented errors, in the order of their names.</summary>
    public static IReadOnlyList<string> Operations { get; } = [.. All.ByOperation.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Errors that every operation of AWS may answer with ("Common Errors" of the references), for <see cref="Faults.Answer"/>.</summary>
    public static IReadOnlyList<string> OfEveryOperation { get; } =
        [nameof(ExpiredTokenException), "InternalFailure", "ServiceUnavailable", nameof(ThrottlingException), nameof(UnrecognizedClientException)];

    /// <summary>The names of the errors that an operation's reference lists.</summary>
    /// <param name="operation">As <c>PutInstancePublicPorts</c>.</param>
    /// <exception cref="ArgumentException">There is no such operation here.</exception>
    public static IReadOnlyList<string> Of(string operation) => All.ByOperation.TryGetValue(operation, out var errors)
        ? [.. errors.Select(error => error.Name)]
        : throw new ArgumentException(NoOperation(operation), nameof(operation));

    internal static string? Problem(string operation, string error)
    {
        var errors = operation == Faults.EveryOperation ? [] : All.ByOperation.GetValueOrDefault(operation);
        return errors is null ? NoOperation(operation)
            : OfEveryOperation.Contains(error) || errors.Any(one => one.Name == error) ? null
            : $"{operation} does not answer `{error}`; its reference lists: {string.Join(", ", errors.Select(one => one.Name).Concat(OfEveryOperation))}";
    }

    internal static LightsailException Make(string operation, string name, string message) => name switch
    {
        nameof(ThrottlingException) => new ThrottlingException(message),
        nameof(ExpiredTokenException) when !Lists(operation, name) => new ExpiredTokenException(message),
        nameof(UnrecognizedClientException) => new UnrecognizedClientException(message),
        "ServiceUnavailable" => new InjectedException(name, 503, message),
        "InternalFailure" => new InjectedException(name, 500, message),
        _ when All.ByOperation.GetValueOrDefault(operation)?.FirstOrDefault(one => one.Name == name) is { } error => new InjectedException(error.Code, error.Status, message),
        _ => throw new ArgumentException(Problem(operation, name)),
    };

    private static bool Lists(string operation, string name) => All.ByOperation.GetValueOrDefault(operation)?.Any(one => one.Name == name) == true;

    private static string NoOperation(string operation) => $"`{operation}` is not an operation with documented errors here; {nameof(DocumentedErrors)}.{nameof(Operations)} lists them";

    /// <param name="Name">In the reference.</param>
    /// <param name="Code">On the wire.</param>
    /// <param name="Status">Of HTTP.</param>
    internal sealed record Documented(string Name, string Code, int Status);

    private sealed record Table(FrozenDictionary<string, IReadOnlyList<Documented>> ByOperation)
    {
        public static Table Read()
        {
            using var reader = new StreamReader(typeof(Table).Assembly.GetManifestResourceStream("documented-errors.txt")!);
            var operations = new Dictionary<string, IReadOnlyList<Documented>>();
            var errors = new Dictionary<string, Documented>();
            while (reader.ReadLine() is { } line)
            {
                switch (line.Split(' '))
                {
                    case ["error", var name, var code, var status]:
                        errors.Add(name, new Documented(name, code, int.Parse(status)));
                        break;
                    case ["operation", var name, "*"]:
                        operations.Add(name, [.. errors.Values]);
                        break;
                    case ["operation", var name, .. var listed]:
                        operations.Add(name, [.. listed.Select(error => errors[error])]);
                        break;
                    case [['[', ..]]:
                        errors.Clear();
                        break;
                    default:
                        break;
                }
            }

            return new Table(operations.ToFrozenDictionary());
        }
    }
}
