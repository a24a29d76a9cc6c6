using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Portlight.Agent.Inspection;
using Portlight.Nftables;

namespace Portlight.Agent.Tests.Inspection;

/// <summary>A process calls itself as it likes, and its name is shown to others: in logs, in refusals, on root's terminal.</summary>
public sealed class ProcessNameTests : IDisposable
{
    private const string Name = "pl\n\u001b[2J`";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-process-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task That_of_the_holder_of_a_socket_says_nothing_to_a_terminal()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var path = Path.Combine(_directory.FullName, Name);
        File.CreateSymbolicLink(path, "/bin/bash");
        using var process = Process.Start(new ProcessStartInfo(path, ["-c", $"exec 3<>/dev/tcp/127.0.0.1/{((IPEndPoint)listener.LocalEndpoint).Port}; echo; read"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.NotNull(await process.StandardOutput.ReadLineAsync(Cancellation));
            var inode = ulong.Parse(new FileInfo($"/proc/{process.Id}/fd/3").LinkTarget!["socket:[".Length..^1]);

            Assert.Equal("pl??[2J?", SocketOwners.Read(name => name.StartsWith("pl\n", StringComparison.Ordinal)).NameOf(inode)?.Name);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }
    }

    [Fact]
    public void That_of_what_changed_the_ruleset_is_one_line_of_the_log()
    {
        var log = new Lines();

        Repairs.Log.Drift(log, new Drift(DriftKind.Touched, Name, uint.MaxValue));

        Assert.Contains("by pl??[2J?, pid", Assert.Single(log.All), StringComparison.Ordinal);
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));
    }
}
