using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Portlight.TestKit.Network;

namespace Portlight.Cli.Tests.Service;

/// <summary>What a server tells the service manager that started it.</summary>
public sealed partial class ServiceNoticeTests : IDisposable
{
    private const int Terminate = 15;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-notice-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_says_when_it_is_ready_and_when_it_stops(bool isAbstract)
    {
        var path = Path.Combine(_directory.FullName, "notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + path : path));
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "portlight"), ["serve", "--data", Path.Combine(_directory.FullName, "data"), "--listen", "http://127.0.0.1:0", "--enforce", "record"])
        {
            RedirectStandardOutput = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PORTLIGHT_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["NOTIFY_SOCKET"] = isAbstract ? "@" + path : path;
        using var server = Process.Start(start)!;
        try
        {
            Assert.Equal("READY=1", await ReceiveAsync(manager));
            Assert.StartsWith("portlight ready", await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal(0, Kill(server.Id, Terminate));
            Assert.Equal("STOPPING=1", await ReceiveAsync(manager));
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, server.ExitCode);
        }
        finally
        {
            server.Kill();
        }
    }

    private static async Task<string> ReceiveAsync(Socket manager)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline.Span);
        var bytes = new byte[256];
        return Encoding.ASCII.GetString(bytes, 0, await manager.ReceiveAsync(bytes, deadline.Token));
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
