using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Portlight.Agent.Guests;
using Portlight.AgentProtocol;
using Portlight.TestKit.Network;

namespace Portlight.Agent.Tests.Guests;

/// <summary>A folder in the place of a machine's root, with what providers leave and answer there.</summary>
internal sealed class FakeMachine : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pl-");
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Socket> _listening = [];

    internal string Path(string path)
    {
        var full = _root.FullName + path;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        return full;
    }

    internal void Write(string path, string content) => File.WriteAllText(Path(path), content);

    /// <summary>A pipe, at which whoever opens it waits for another.</summary>
    internal void MakePipe(string path)
    {
        using var made = Process.Start(new ProcessStartInfo("mkfifo", [Path(path)]))!;
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }

    /// <summary>A service that answers each target with a body; null is no answer ever.</summary>
    internal void Serve(string path, Func<string, string?> answer)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path(path)));
        listener.Listen();
        _listening.Add(listener);
        _ = AcceptAsync(listener, answer);
    }

    internal Task<Discovery> DiscoverAsync(TimeSpan? patience = null) =>
        new GuestDiscovery(_root.FullName, patience ?? Deadline.Span, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _ending.Cancel();
        _listening.ForEach(listener => listener.Dispose());
        _ending.Dispose();
        _root.Delete(recursive: true);
    }

    private async Task AcceptAsync(Socket listener, Func<string, string?> answer)
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await listener.AcceptAsync(_ending.Token), answer);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task AnswerAsync(Socket connection, Func<string, string?> answer)
    {
        using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            var target = (await reader.ReadLineAsync(_ending.Token))!.Split(' ')[1];
            if (answer(target) is not { } body)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _ending.Token);
                return;
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"), _ending.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The test has ended, or nobody wants the answer any more.
        }
    }
}
