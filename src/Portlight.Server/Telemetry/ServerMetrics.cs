using System.Diagnostics.Metrics;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Fleet;

namespace Portlight.Server;

/// <summary>What a running server shows of itself, named by OpenTelemetry's conventions; docs/metrics.md lists it.</summary>
internal sealed class ServerMetrics : IDisposable
{
    private readonly Meter _meter = new(RequestMetrics.MeterName);

    /// <summary>Shows the distance between what is stored and what is in force, and how often foreign changes were repaired.</summary>
    public void Observe(Func<long> revision, Func<long> appliedRevision, Func<long> driftRepairs, Func<int> unfiltered, Func<bool> isFailing)
    {
        _meter.CreateObservableGauge("portlight.revision.stored", revision, unit: "{revision}", description: "Newest revision that is stored.");
        _meter.CreateObservableGauge("portlight.revision.applied", appliedRevision, unit: "{revision}", description: "Revision up to which the kernel has confirmed.");
        _meter.CreateObservableCounter("portlight.drift.repairs", driftRepairs, unit: "{repair}", description: "Foreign changes to our table that were found and repaired.");
        _meter.CreateObservableGauge("portlight.instances.unfiltered", unfiltered, unit: "{instance}", description: "Instances with packets that are not filtered by their ports; status tells why.");
        _meter.CreateObservableGauge("portlight.agent.failing", () => isFailing() ? 1 : 0, description: "1 while what is stored cannot be made true in the kernel.");
    }

    /// <summary>Shows how each host gets on, with its name as the label <c>host</c>.</summary>
    public void ObserveHosts(HostRegistry hosts, Func<string, long> applied)
    {
        _meter.CreateObservableGauge("portlight.host.connected", () => Each(host => host.AwaySince is null ? 1 : 0), description: "1 while an agent of the host is connected.");
        _meter.CreateObservableGauge("portlight.host.lag", () => Each(host => host.Wanted - applied(host.Host)), unit: "{revision}", description: "How far the kernel of the host is behind what is stored of it; 0 when it has everything.");
        _meter.CreateObservableCounter("portlight.host.drift.repairs", () => Each(host => host.Status?.DriftRepairs ?? 0), unit: "{repair}", description: "Foreign changes to our table on the host that were found and repaired.");

        _meter.CreateObservableGauge("portlight.host.contested", () => Each(host => host.Telling.Arrivals.Problem is null ? 0 : 1), description: "1 while several agents with one key take the host from each other.");

        IEnumerable<Measurement<long>> Each(Func<HostLoop, long> value) => hosts.All.Select(host => new Measurement<long>(value(host), KeyValuePair.Create("host", (object?)host.Host)));
    }

    /// <summary>Shows how many connections were closed because their source had too many.</summary>
    public void ObserveConnections(Func<long> refused) =>
        _meter.CreateObservableCounter("portlight.connections.refused", refused, unit: "{connection}", description: "Connections that were closed because their source had too many.");

    /// <summary>Shows how many connections of agents were closed before their handshake.</summary>
    public void ObserveAgentConnections(Func<long> refused) =>
        _meter.CreateObservableCounter("portlight.agents.refused", refused, unit: "{connection}", description: "Connections to the listener for agents that were closed before their handshake: too many, or silent.");

    /// <summary>Shows how large the installation is, and how much room its disk has.</summary>
    public void ObserveInstallation(Func<int> instances, Func<long> room)
    {
        _meter.CreateObservableGauge("portlight.instances", instances, unit: "{instance}", description: "Instances that are stored, in all accounts and regions.");
        _meter.CreateObservableGauge("portlight.disk.available", room, unit: "By", description: "Room on the disk of the data directory.");
    }

    /// <summary>Shows how the audit log gets on.</summary>
    /// <param name="recorded">Number of the last durable event.</param>
    /// <param name="audit">Where calls are recorded.</param>
    /// <param name="exporter">What writes the files; null when nothing does.</param>
    public void ObserveAudit(Func<long> recorded, AuditLog audit, AuditExporter? exporter)
    {
        _meter.CreateObservableCounter("portlight.audit.events", recorded, unit: "{event}", description: "Events of the audit log that are durable.");
        _meter.CreateObservableGauge("portlight.audit.waiting", () => audit.Waiting, unit: "{call}", description: "Calls whose answer waits until the audit log has taken their event.");
        _meter.CreateObservableCounter("portlight.audit.unrecorded", () => audit.Unknown.Total + audit.Unrecorded.Total, unit: "{call}", description: "Calls that were counted and have no event of their own.");
        if (exporter is not null)
        {
            _meter.CreateObservableGauge("portlight.audit.export.lag", () => Math.Max(0, recorded() - exporter.Exported), unit: "{event}", description: "Durable events that are not in a file yet.");
        }
    }

    public void Dispose() => _meter.Dispose();
}
