using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Portlight.Api;
using Portlight.Background;

namespace Portlight.Server;

/// <summary><c>GET /metrics</c> for Prometheus on a loopback address of its own: what it says is for the machine's operator, not for callers of the API.</summary>
internal static class MetricsListener
{
    public static async Task<WebApplication> StartAsync(BoundListener listener, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        BoundListeners.UseKestrel(builder.WebHost, [listener], _ => { });
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .ConfigureResource(resource => resource.Clear().AddService("portlight"))
            .AddMeter(RequestMetrics.MeterName, BackgroundLoop.MeterName)
            .AddPrometheusExporter());
        var app = builder.Build();
        app.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
        await app.StartAsync(cancellationToken);
        return app;
    }
}
