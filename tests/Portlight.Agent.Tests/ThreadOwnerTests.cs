using Portlight.Agent.Inspection;

namespace Portlight.Agent.Tests;

/// <summary>Whose a thread is that the kernel names.</summary>
public sealed class ThreadOwnerTests
{
    [Fact]
    public void A_thread_leads_to_its_process_whatever_the_thread_is_called()
    {
        (string Name, uint Id)? found = null;
        (string Name, string Own) told = default;
        var thread = new Thread(() =>
        {
            // /proc/thread-self leads to PID/task/TID.
            var id = uint.Parse(new FileInfo("/proc/thread-self").LinkTarget!.Split('/')[^1]);
            told = (File.ReadAllText($"/proc/{id}/comm").TrimEnd('\n'), File.ReadAllText("/proc/self/comm").TrimEnd('\n'));
            found = ThreadOwner.Find(id);
        })
        {
            Name = "a worker",
        };
        thread.Start();
        thread.Join();

        Assert.Equal("a worker", told.Name);
        Assert.NotNull(found);
        Assert.Equal((told.Own, (uint)Environment.ProcessId), found.Value);
    }

    [Fact]
    public void A_thread_that_has_ended_is_nobodys() => Assert.Null(ThreadOwner.Find(uint.MaxValue));
}
