using System.Diagnostics.Metrics;
using Portlight.Server.Operations;
using Portlight.Wire;

namespace Portlight.Server.Telemetry;

/// <summary>Counts and times of requests, named by OpenTelemetry's conventions (RPC metrics: <c>rpc.server.duration</c> and its attributes).</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "Portlight.Server";

    private readonly Meter meter = new(MeterName);
    private readonly Histogram<double> duration;

    public ServerMetrics()
    {
        duration = meter.CreateHistogram(
            "rpc.server.duration",
            unit: "s",
            description: "From the first byte of a request to the last of its answer.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 2, 5] });
    }

    /// <summary>Shows the distance between what is stored and what is in force, and how often foreign changes were mended.</summary>
    public void Observe(Func<long> revision, Func<long> appliedRevision, Func<long> driftRepairs)
    {
        meter.CreateObservableGauge("portlight.revision.stored", revision, unit: "{revision}", description: "Newest revision that is stored.");
        meter.CreateObservableGauge("portlight.revision.applied", appliedRevision, unit: "{revision}", description: "Revision up to which the kernel has confirmed.");
        meter.CreateObservableCounter("portlight.drift.repairs", driftRepairs, unit: "{repair}", description: "Foreign changes to our table that were found and mended.");
    }

    public void Record(Call call, LightsailException? error, TimeSpan took)
    {
        if (duration.Enabled)
        {
            duration.Record(
                took.TotalSeconds,
                new("rpc.system", "aws-api"),
                new("rpc.method", call.Operation.Length == 0 ? "unknown" : call.Operation),
                new("error.type", error?.Type ?? ""));
        }
    }

    public void Dispose() => meter.Dispose();
}
