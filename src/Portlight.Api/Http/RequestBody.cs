using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>The whole body of a request in one piece of rented memory, read once and bounded before it is read.</summary>
internal readonly struct RequestBody : IDisposable
{
    /// <summary>The largest legitimate request, a Put of thousands of rules or an instance's user data, is well below.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>
    /// What is read off the wire and thrown away of a body that is too long, so that its sender gets to see the answer; a longer one finds the connection
    /// closed.
    /// </summary>
    public const int MaxDiscarded = 32 * 1024 * 1024;

    /// <summary>The time in which a body has to come, once its head is there.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly byte[]? _rented;

    private RequestBody(byte[]? rented, int length)
    {
        _rented = rented;
        Memory = rented.AsMemory(0, length);
    }

    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>The body when it has come with its head, as nearly every one has.</summary>
    /// <exception cref="RequestEntityTooLargeException">It is longer than <see cref="MaxLength"/>.</exception>
    public static bool TryRead(HttpRequest request, out RequestBody body)
    {
        if (request.ContentLength > MaxLength)
        {
            throw TooLarge();
        }

        body = default;
        var reader = request.BodyReader;
        if (!reader.TryRead(out var read))
        {
            return false;
        }

        if (read.IsCompleted && read.Buffer.Length <= MaxLength)
        {
            body = Take(reader, read.Buffer);
            return true;
        }

        reader.AdvanceTo(read.Buffer.Start); // whatever there is, is read again
        return false;
    }

    /// <summary>Waits for the body.</summary>
    /// <exception cref="RequestEntityTooLargeException">It is longer than <see cref="MaxLength"/>.</exception>
    /// <exception cref="MalformedHttpRequestException">It did not come whole before <see cref="Deadline"/>, or before the connection was closed.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await ReadAsync(request.BodyReader, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MalformedHttpRequestException($"the body of the HTTP request did not arrive within {Deadline.TotalSeconds} s");
        }
        catch (ConnectionResetException gone)
        {
            // Kestrel may tell this before it cancels the request.
            throw new MalformedHttpRequestException("the client closed the connection before its request was complete", gone.Message);
        }
    }

    private static async ValueTask<RequestBody> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > MaxLength)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw TooLarge();
            }

            if (read.IsCompleted)
            {
                return Take(reader, read.Buffer);
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public static RequestEntityTooLargeException TooLarge() => new($"the request body is longer than {MaxLength} bytes");

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }

    private static RequestBody Take(PipeReader reader, ReadOnlySequence<byte> buffer)
    {
        var length = (int)buffer.Length;
        var rented = length == 0 ? null : ArrayPool<byte>.Shared.Rent(length);
        buffer.CopyTo(rented);
        reader.AdvanceTo(buffer.End);
        return new RequestBody(rented, length);
    }
}
