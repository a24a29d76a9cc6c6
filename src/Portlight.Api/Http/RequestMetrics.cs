using System.Diagnostics.Metrics;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>Counts and times of requests, named by OpenTelemetry's conventions (RPC metrics: <c>rpc.server.duration</c> and its attributes).</summary>
internal sealed class RequestMetrics : IDisposable
{
    public const string MeterName = "Portlight.Server";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _duration;

    public RequestMetrics()
    {
        _duration = _meter.CreateHistogram(
            "rpc.server.duration",
            unit: "s",
            description: "From the first byte of a request to the last of its answer.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 2, 5] });
    }

    public void Record(Call call, LightsailException? error, TimeSpan took)
    {
        if (_duration.Enabled)
        {
            _duration.Record(
                took.TotalSeconds,
                new("rpc.system", "aws-api"),
                new("rpc.method", call.Operation.Length == 0 ? "unknown" : call.Operation),
                new("error.type", error?.Type ?? ""));
        }
    }

    public void Dispose() => _meter.Dispose();
}
