using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Server.Access;
using Portlight.Server.Operations;
using Portlight.Server.Telemetry;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Server;

/// <summary>
/// The way of a request, from the socket to its answer, on one screen: request id → target → bounded body → signature → rate → operation → answer or error →
/// metrics and log. Errors are made into answers here and nowhere else.
/// </summary>
internal sealed class Pipeline(OperationTable operations, Authenticator authenticator, RateLimiter rates, ServerMetrics metrics, TimeProvider clock, ILogger<Pipeline> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var began = clock.GetTimestamp();
        var call = new Call
        {
            RequestId = Guid.NewGuid().ToString(),
            Now = clock.GetUtcNow(),
            IfMatch = http.Request.Headers.IfMatch is [{ } tag] ? tag.Trim('"') : null,
        };
        LightsailException? error = null;
        using var answer = new AnswerBuffer();
        try
        {
            var operation = FindOperation(http, call);
            using var body = await RequestBody.ReadAsync(http.Request, http.RequestAborted);
            call.Principal = authenticator.Authenticate(http.Request, body.Memory.Span);
            rates.Take(call.Principal.AccessKeyId);
            await operation.RunAsync(call, body.Memory, answer);
        }
        catch (Exception problem) when (!IsAborted(http, problem))
        {
            error = AsApiError(call, problem);
            answer.Clear();
            AwsErrorBody.Write(answer, error);
        }

        await AnswerAsync(http, call, answer.Written, error);
        var took = clock.GetElapsedTime(began);
        metrics.Record(call, error, took);
        RequestLog.Write(log, call, http.Connection.RemoteIpAddress, error, took);
    }

    private OperationEntry FindOperation(HttpContext http, Call call)
    {
        if (!HttpMethods.IsPost(http.Request.Method) && !(HttpMethods.IsGet(http.Request.Method) && http.Request.Query.ContainsKey("X-Amz-Signature")))
        {
            throw new AccessDeniedException("Unable to determine service/operation name to be authorized");
        }

        var target = http.Request.Headers["X-Amz-Target"] is [{ } one] ? one : null;
        call.Operation = target?[(target.IndexOf('.', StringComparison.Ordinal) + 1)..] ?? "";
        try
        {
            return operations.Find(target);
        }
        catch (UnknownOperationException)
        {
            call.Operation = ""; // a caller's free text becomes neither a metric nor a log field
            throw;
        }
    }

    private LightsailException AsApiError(Call call, Exception problem)
    {
        switch (problem)
        {
            case LightsailException known:
                return known;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return RequestBody.TooLarge();
            case BadHttpRequestException bad:
                return new MalformedHttpRequestException("the HTTP request is not well-formed or did not arrive in time", bad.Message);
            case StoreException or AgentException:
                RequestLog.Failed(log, call, problem);
                return new ServiceException("the request could not be carried out; nothing was written", problem.Message, problem);
            default:
                RequestLog.Failed(log, call, problem);
                return new ServiceException("the server failed", problem.Message, problem);
        }
    }

    private static async Task AnswerAsync(HttpContext http, Call call, ReadOnlyMemory<byte> answer, LightsailException? error)
    {
        var response = http.Response;
        response.StatusCode = error?.HttpStatus ?? StatusCodes.Status200OK;
        response.ContentType = AwsJson.ContentType;
        response.ContentLength = answer.Length;
        response.Headers[AwsErrorBody.RequestIdHeader] = call.RequestId;
        if (error is not null)
        {
            response.Headers[AwsErrorBody.ErrorTypeHeader] = error.Type;
        }
        else if (call.EntityTag is not null)
        {
            response.Headers.ETag = $"\"{call.EntityTag}\"";
        }

        if (error is ThrottlingException)
        {
            response.Headers.RetryAfter = "1";
        }

        await response.BodyWriter.WriteAsync(answer, http.RequestAborted);
    }

    private static bool IsAborted(HttpContext http, Exception problem) => problem is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested;
}
