using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.Query;

namespace Portlight.Api;

/// <summary>
/// The way of a request, from the socket to its answer, on one screen: request id → bounded body → operation's name → signature → rate → operation → audit →
/// answer or error → metrics and log. Errors are made into answers here and nowhere else.
/// </summary>
internal sealed class Pipeline(
    OperationTable operations, RequestOrigins origins, Authenticator authenticator, RateLimiter rates, AccountShares shares, AccountTurns turns, CallRecorder recorder, RequestMetrics metrics, TimeProvider clock, ILogger<Pipeline> log)
{
    /// <summary>The header that says on every answer that no packet is filtered, with the value <c>record</c>.</summary>
    public const string EnforceHeader = "x-portlight-enforce";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>No packet is filtered here: every answer says so, because a client reads <c>Succeeded</c> in it.</summary>
    public bool OnlyRecords { get; init; }

    public async Task InvokeAsync(HttpContext http)
    {
        var began = clock.GetTimestamp();
        var call = new Call
        {
            RequestId = Ids.Random().ToString(),
            Now = clock.GetUtcNow(),
            Origin = origins.Of(http),
            Connection = ConnectionStart.Of(http),
            SpeaksQuery = QueryForm.IsSpokenBy(http.Request),
            Aborted = http.RequestAborted,
            IfMatch = http.Request.Headers.IfMatch is [{ } tag] ? tag.Trim('"') : null,
            Audit = new AuditNotes { RecordWith = recorder.RecordWith, Http = http },
        };
        using var answer = new AnswerBuffer();
        LightsailException? error = null;
        try
        {
            error = await RunAsync(http, call, answer);
            await turns.Without(call, call.AnswersAfter);
            await turns.Without(call, AnswerAsync(http, call, answer.Written, error));
        }
        catch (Exception problem) when (IsAborted(http, problem))
        {
            // The caller has gone without its answer. The call is in the audit log, and is counted and logged like any other.
        }
        finally
        {
            turns.End(call);
            shares.Of(call.Principal.AccountId).Release(call.HeldAnswer);
            var took = clock.GetElapsedTime(began);
            metrics.Record(call, error, took);
            RequestLog.Write(log, call, call.Origin.Source, error, took);
        }
    }

    /// <summary>Runs the call, records it and writes its answer. Returns the error that the answer tells; null when the call succeeded.</summary>
    private async Task<LightsailException?> RunAsync(HttpContext http, Call call, AnswerBuffer answer)
    {
        LightsailException? error = null;
        var body = default(RequestBody);
        var isRunning = false;
        try
        {
            await turns.BeginAsync(call, call.Connection.Account);
            if (!RequestBody.TryRead(http.Request, out body))
            {
                turns.End(call);
                Authenticator.RequireForm(http.Request);
                body = await RequestBody.ReadAsync(http.Request, clock, http.RequestAborted);
            }

            call.Now = clock.GetUtcNow();
            call.Audit.Body = body.Memory;
            call.Entry = FindOperation(http.Request, call, body.Memory.Span);
            await turns.Without(call, authenticator.CatchUpAsync(http.RequestAborted));
            authenticator.Authenticate(call, http.Request, body.Memory.Span, http.RequestAborted);
            rates.Take(call.Principal.OriginKeyId);
            call.ConfirmWithin = ConfirmHeader.Read(http.Request.Headers, call);
            RequireShare(call);
            isRunning = true;
            call.Connection.Account = call.Origin.IsPassedOn ? null : call.Principal.AccountId;
            await turns.BeginAsync(call, call.Principal.AccountId);
            OperationAccess.Require(call);
            await turns.Without(call, call.Entry.RunAsync(call, body.Memory, answer));
            call.Entry.RequireAsked(call);
            HoldAnswer(call, answer);
        }
        catch (Exception problem)
        {
            error = IsAborted(http, problem)
                ? new MalformedHttpRequestException("the client closed the connection before its request was complete", problem.Message)
                : AsApiError(call, problem);
        }

        if (isRunning)
        {
            shares.Of(call.Principal.AccountId).Pay(call.StepsTaken, body.Memory.Length, answer.Written.Length);
        }

        error = await AuditAsync(call, error);
        body.Dispose();
        if (error is not null)
        {
            answer.Clear();
            WriteError(call, error, answer);
        }

        return error;
    }

    /// <exception cref="ThrottlingException">Earlier requests of the account are not paid for yet.</exception>
    private void RequireShare(Call call)
    {
        if (shares.Of(call.Principal.AccountId).Overdrawn() is var wait && wait > TimeSpan.Zero)
        {
            // The refusal waits, or a caller that asks again at once would take as much by being refused.
            call.AnswersAfter = Task.Delay(wait < LongestWait ? wait : LongestWait, clock, call.Aborted);
            throw new ThrottlingException("Rate exceeded: the policies, simulations and large answers of this account take more work than its share") { RetryAfter = wait };
        }
    }

    /// <summary>Holds the memory of an answer. What is durable is told: a refusal would say that it had not been done.</summary>
    /// <exception cref="ThrottlingException">Too many answers of the account wait to be read.</exception>
    private void HoldAnswer(Call call, AnswerBuffer answer)
    {
        if (call.Audit.RecordedEventId is null)
        {
            shares.Of(call.Principal.AccountId).Hold(answer.Written.Length);
            call.HeldAnswer = answer.Written.Length;
        }
    }

    /// <summary>Nothing is answered that the audit log does not have: what it cannot take has failed.</summary>
    private async ValueTask<LightsailException?> AuditAsync(Call call, LightsailException? error)
    {
        try
        {
            await turns.Without(call, recorder.RecordAsync(call, error));
            return error;
        }
        catch (StoreException problem)
        {
            // A refusal too: nobody may try keys or permissions unrecorded. What is durable has its event, and is told as it is.
            // Not logged: once for each call would fill the log of a server whose disk is full, and the audit log says it once.
            return error is ServiceException || call.Audit.RecordedEventId is not null
                ? error
                : new ServiceException("the request was not answered, because it could not be recorded in the audit log", problem.Message, problem);
        }
        catch (Exception problem)
        {
            return error ?? AsApiError(call, problem);
        }
    }

    /// <summary>JSON services name the operation in a header, Query services by a parameter.</summary>
    private OperationEntry FindOperation(HttpRequest request, Call call, ReadOnlySpan<byte> body)
    {
        var isGet = HttpMethods.IsGet(request.Method);
        if (!HttpMethods.IsPost(request.Method) && !(isGet && (request.Query.ContainsKey("X-Amz-Signature") || call.SpeaksQuery)))
        {
            throw new AccessDeniedException("Unable to determine service/operation name to be authorized");
        }

        if (!call.SpeaksQuery)
        {
            return operations.Find(request.Headers[QueryForm.TargetHeader] is [{ } target] ? target : null);
        }

        call.Query = QueryForm.Read(request, body);
        return operations.Find(call.Query);
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
            case ConflictException:
                return new ThrottlingException("what the request is about is being changed by too many others at once; try again");
            case StoreException { IsOutcomeUnknown: true }:
            case StoreException or AgentException when call.Audit.RecordedEventId is not null: // a part of it is durable already
                RequestLog.Failed(log, call, problem);
                return new ServiceException(
                    "the outcome of the request is unknown: it may have been carried out or not; look at what is there (GetOperations and the reads), or repeat it", problem.Message, problem);
            case StoreException or AgentException:
                RequestLog.Failed(log, call, problem);
                return new ServiceException("the request could not be carried out; nothing was written", problem.Message, problem);
            default:
                RequestLog.Failed(log, call, problem);
                return new ServiceException("the server failed", problem.Message, problem);
        }
    }

    private static void WriteError(Call call, LightsailException error, AnswerBuffer answer)
    {
        if (call.SpeaksQuery)
        {
            QueryErrorBody.Write(answer, error, (call.Entry?.Service ?? ApiService.OfVersion(call.Query?.Version)).XmlNamespace!, call.RequestId);
        }
        else
        {
            AwsErrorBody.Write(answer, error);
        }
    }

    private async Task AnswerAsync(HttpContext http, Call call, ReadOnlyMemory<byte> answer, LightsailException? error)
    {
        var response = http.Response;
        var isQuery = call.SpeaksQuery;
        response.StatusCode = error is null ? StatusCodes.Status200OK : isQuery ? QueryErrorBody.StatusOf(error) : error.HttpStatus;
        response.ContentType = isQuery ? QueryErrorBody.ContentType : AwsJson.ContentType;
        response.ContentLength = answer.Length;
        response.Headers[AwsErrorBody.RequestIdHeader] = call.RequestId;
        if (OnlyRecords)
        {
            response.Headers[EnforceHeader] = "record";
        }

        if (error is not null && !isQuery)
        {
            response.Headers[AwsErrorBody.ErrorTypeHeader] = error.Type;
        }
        else if (call.EntityTag is not null)
        {
            response.Headers.ETag = $"\"{call.EntityTag}\"";
        }

        if (error is null && call.ConfirmBy is { } confirmBy)
        {
            response.Headers[ConfirmHeaders.By] = ConfirmHeader.Text(confirmBy);
        }

        if (error is ThrottlingException throttled)
        {
            response.Headers.RetryAfter = ((long)Math.Ceiling(throttled.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        await SendAsync(http, answer);
    }

    /// <summary>Sends an answer as fast as its caller reads it: the web server gets to hold no more than a piece of it.</summary>
    private static async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> answer)
    {
        const int Piece = 64 << 10;
        for (var sent = 0; sent < answer.Length; sent += Piece)
        {
            await http.Response.BodyWriter.WriteAsync(answer[sent..Math.Min(sent + Piece, answer.Length)], http.RequestAborted);
        }
    }

    private static bool IsAborted(HttpContext http, Exception problem) => problem is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested;
}
