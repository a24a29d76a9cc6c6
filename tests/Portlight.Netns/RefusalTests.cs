using System.Diagnostics;
using Portlight.AgentProtocol;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>The kernel refuses: its words are passed on, and what stood stands. A table owned by another process is what makes it refuse.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task What_the_kernel_refuses_is_reported_in_its_words_and_leaves_nothing_half_done()
    {
        using var scene = new Scene();
        var standing = scene.Put(Scene.Lab(8, Ports.Of("80/tcp")));
        using (var owner = await TableOwner.TakeAsync(scene.Host))
        {
            var changed = scene.PutRefused(standing with { Ports = Ports.Of("443/tcp") });
            Assert.Contains("the kernel refused", changed.Reason, StringComparison.Ordinal);
            Assert.Equal(standing, changed.Standing);
            Assert.Equal(changed.Reason, scene.Agent.Status.LastProblem);

            Assert.Null(scene.PutRefused(Scene.Lab(9, Ports.Of("80/tcp"))).Standing);
            Assert.DoesNotContain("pl9", scene.Host.Run("ip", "link show"), StringComparison.Ordinal);
            Assert.DoesNotContain("pl-web-9", scene.Host.Run("ip", "netns list"), StringComparison.Ordinal);

            scene.PutRefused(standing with { IsRunning = false, Ports = Ports.Of("443/tcp") });
            Assert.Contains("state UP", scene.Host.Run("ip", "link show dev pl8"), StringComparison.Ordinal);
        }

        // The owner has gone, and its table with it.
        await scene.Agent.DriftAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        Assert.NotNull(scene.Agent.Status.LastProblem);
        Assert.IsType<AgentReport.Applied>(Assert.Single(scene.Synchronise()));
        Assert.Null(scene.Agent.Status.LastProblem);
        scene.Put(standing with { Ports = Ports.Of("443/tcp") });
    }

    /// <summary>An <c>nft</c> that has made our table its own and keeps it (table flag <c>owner</c>) until it ends.</summary>
    private sealed class TableOwner(Process process) : IDisposable
    {
        internal static async Task<TableOwner> TakeAsync(NetworkNode host)
        {
            var process = host.Do(() => Process.Start(new ProcessStartInfo("nft", "-i") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true }))!;
            var owner = new TableOwner(process);
            try
            {
                // In one transaction: a table that is only gone is put back at once.
                await process.StandardInput.WriteLineAsync("delete table inet portlight; add table inet portlight { flags owner; }");
                await process.StandardInput.WriteLineAsync("list tables inet");
                await process.StandardInput.FlushAsync();
                var said = await process.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Span);
                Assert.Contains("portlight", said, StringComparison.Ordinal);
                return owner;
            }
            catch
            {
                // It would keep the table from every test that follows.
                owner.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
