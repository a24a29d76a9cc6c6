using System.Collections.Frozen;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Lightsail;
using Portlight.Wire.Query;

namespace Portlight.Api;

/// <summary>Every operation of every service: those of JSON services by target, <c>Lightsail_20161128.PutInstancePublicPorts</c>, those of Query services by version and action.</summary>
internal sealed class OperationTable
{
    private readonly FrozenDictionary<string, OperationEntry> _byTarget;
    private readonly FrozenDictionary<(string Version, string Action), OperationEntry> _byAction;

    public OperationTable(IReadOnlyList<OperationEntry> entries)
    {
        Entries = entries;
        _byTarget = entries
            .SelectMany(entry => entry.Service.TargetPrefixes.Select(prefix => (Target: prefix + entry.Name, Entry: entry)))
            .ToFrozenDictionary(one => one.Target, one => one.Entry, StringComparer.Ordinal);
        _byAction = entries.Where(entry => entry.Service.SpeaksQuery).ToFrozenDictionary(entry => (entry.Service.Version!, entry.Name));
    }

    public IReadOnlyList<OperationEntry> Entries { get; }

    /// <summary>The operation of a JSON service.</summary>
    /// <param name="target">The header <c>X-Amz-Target</c>; null when it is not there once.</param>
    /// <exception cref="UnknownOperationException">No service that is spoken here has it.</exception>
    /// <exception cref="InvalidInputException">Lightsail has it and Portlight does not.</exception>
    public OperationEntry Find(string? target)
    {
        if (target is not null && _byTarget.TryGetValue(target, out var entry))
        {
            return entry;
        }

        if (target is null)
        {
            throw new UnknownOperationException("no operation is named: neither by one header X-Amz-Target, as of Lightsail and CloudTrail, nor by a parameter Action, as of IAM and STS");
        }

        if (ApiService.OfTarget(target) is not var (service, operation))
        {
            throw new UnknownOperationException($"the header X-Amz-Target names an operation of a service that is not here: {UserText.Excerpt(target)}");
        }

        if (service == ApiService.Lightsail && LightsailOperations.All.Contains(operation))
        {
            throw new InvalidInputException($"{operation} is an operation of Lightsail that Portlight does not have") { Code = ErrorCodes.UnsupportedOperation };
        }

        throw new UnknownOperationException($"{service.EventSource} has no operation {UserText.Excerpt(operation)} here");
    }

    /// <summary>The operation of a Query service.</summary>
    /// <exception cref="UnknownOperationException">No service that is spoken here has it.</exception>
    public OperationEntry Find(QueryRequest query) => _byAction.TryGetValue((query.Version, query.Action), out var entry)
        ? entry
        : throw new UnknownOperationException($"Could not find operation {UserText.Excerpt(query.Action)} for version {UserText.Excerpt(query.Version)}");
}
