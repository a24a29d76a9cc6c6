using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.Agent.Repairs;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What has lab instances repaired goes on, whatever a repair throws, and forgets nothing of what it was told.</summary>
public sealed class LabWatchTests
{
    [Fact]
    public async Task A_repair_that_fails_in_a_way_nobody_thought_of_is_made_again_and_looks_at_every_instance()
    {
        using var host = NetworkNode.Host();
        var elsewhere = new LabInstance(9, "elsewhere", new IPAddress([198, 51, 100, 99]), null, null, IsRunning: true);
        var repairs = 0;
        var again = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = new LabWatch(host.Do(LinkWatcher.Open), Repair, TimeProvider.System, NullLogger.Instance);
        watch.Start();

        host.Run("ip", "link add lwatch0 type veth peer name lwatch1");
        try
        {
            Assert.True(await again.Task.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken));
        }
        finally
        {
            host.Run("ip", "link del lwatch0");
        }

        IReadOnlyCollection<long> Repair(LabChanges changes)
        {
            if (Interlocked.Increment(ref repairs) == 1)
            {
                throw new InvalidOperationException("a fault");
            }

            again.TrySetResult(changes.Concern(elsewhere, device: null));
            return [];
        }
    }
}
