using System.Net;
using System.Net.Sockets;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Cli.Tests.Failures;

/// <summary>A process that may have few descriptors: connections alone cannot take them all.</summary>
public sealed class DescriptorTests : IDisposable
{
    private const int Descriptors = 1024;
    private const int Connections = 900;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-descriptors-");
    private readonly List<Socket> _silent = [];

    private string Data => Path.Combine(_directory.FullName, "data");

    public void Dispose()
    {
        _silent.ForEach(socket => socket.Dispose());
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task More_connections_than_descriptors_leave_enough_for_writes_and_end_nothing()
    {
        using var server = await ServeProcess.StartAsync(ServeProcess.CommandOn(Data, "record", ["prlimit", $"--nofile={Descriptors}"]), Data);
        await server.CreateAsync("web-1");
        var place = new IPEndPoint(IPAddress.Loopback, new Uri(server.Ready.Split(' ')[2]).Port);
        for (var i = 0; i < Connections; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _silent.Add(socket);
            try
            {
                await socket.ConnectAsync(place, TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                // Closed before this side had noticed that it was open.
            }
        }

        // Those beyond the bound are closed; the rest stay open and take half of the descriptors.
        Assert.True(
            SpinWait.SpinUntil(() => _silent.Count(IsClosed) > Connections - (Descriptors / 2), Deadline.Span),
            $"{_silent.Count(IsClosed)} of {Connections} were closed; {Directory.GetFileSystemEntries($"/proc/{server.Id}/fd").Length} descriptors are open");
        Assert.Equal(200, (await server.PutAsync("web-1", 2222)).Status);

        _silent.ForEach(socket => socket.Dispose());
        await Until.TrueAsync(() => AnswersAsync(server), "the server's answer");
        Assert.Equal(2222, await server.PortAsync("web-1"));
        server.End(ServeProcess.TerminateSignal);
    }

    private static bool IsClosed(Socket socket) => !socket.Connected || socket.Poll(0, SelectMode.SelectRead);

    private static async Task<bool> AnswersAsync(ServeProcess server)
    {
        try
        {
            return await server.HealthAsync() == (200, "ok");
        }
        catch (HttpRequestException)
        {
            // Its connection was one too many; those that were closed are not all noticed yet.
            return false;
        }
    }
}
