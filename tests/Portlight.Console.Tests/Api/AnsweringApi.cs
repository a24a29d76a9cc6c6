using System.Net;
using System.Net.Sockets;
using System.Text;
using Portlight.TestKit.Network;

namespace Portlight.Console.Tests.Api;

/// <summary>A server that says what a test has it say, one answer at a time.</summary>
internal sealed class AnsweringApi : IDisposable
{
    private readonly HttpListener _server = new();

    public AnsweringApi()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _server.Prefixes.Add(Address.ToString());
        _server.Start();
    }

    public Uri Address { get; }

    public void Dispose() => _server.Close();

    /// <summary>Waits for one question and answers it.</summary>
    /// <param name="body">What is said.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="breaksOff">More is promised than comes.</param>
    /// <param name="before">Done between the question and the answer.</param>
    public async Task AnswerAsync(string body, int status = 200, bool breaksOff = false, Action? before = null)
    {
        var asked = await _server.GetContextAsync().WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        before?.Invoke();
        var bytes = Encoding.UTF8.GetBytes(body);
        (asked.Response.StatusCode, asked.Response.ContentType) = (status, "application/x-amz-json-1.1");
        asked.Response.ContentLength64 = bytes.Length + (breaksOff ? 100 : 0);
        await asked.Response.OutputStream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        if (breaksOff)
        {
            asked.Response.Abort();
        }
        else
        {
            asked.Response.Close();
        }
    }
}
