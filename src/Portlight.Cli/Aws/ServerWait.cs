using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Aws;

/// <summary>Waits until the server of a data directory answers a signed call: then its address and its key are the ones in the directory, and not of an earlier run.</summary>
internal static class ServerWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="FailedException">It did not within the time; the text says what was found instead.</exception>
    public static async Task UntilReadyAsync(Func<Installation> open, TimeSpan most, TimeProvider clock, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(most, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var found = "no answer";
        while (true)
        {
            try
            {
                using var installation = open();
                await installation.CallAsync(
                    "GetStatus", new GetStatusRequest(), PortlightJson.Default.GetStatusRequest, PortlightJson.Default.GetStatusResponse, either.Token);
                return;
            }
            catch (Exception absent) when (absent is FailedException or HttpRequestException or AwsErrorException)
            {
                found = absent.Message;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw NotReady();
            }

            try
            {
                await Task.Delay(Pause, clock, either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw NotReady();
            }
        }

        FailedException NotReady() => new($"the server was not ready within {most.TotalSeconds:0} s: {found}");
    }
}
