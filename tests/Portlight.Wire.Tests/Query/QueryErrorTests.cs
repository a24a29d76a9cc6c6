using System.Buffers;
using System.Text;
using Portlight.Wire.Query;

namespace Portlight.Wire.Tests.Query;

/// <summary>What refusals are called in the Query protocol: IAM and STS API references, common errors; seen in answers of both services.</summary>
public sealed class QueryErrorTests
{
    public static TheoryData<LightsailException, int, string> Every => new()
    {
        { new AccessDeniedException("m"), 403, "AccessDenied" },
        { new InvalidSignatureException("m"), 403, "SignatureDoesNotMatch" },
        { new UnrecognizedClientException("m"), 403, "InvalidClientTokenId" },
        { new UnauthenticatedException("m"), 403, "InvalidClientTokenId" },
        { new IncompleteSignatureException("m"), 400, "IncompleteSignature" },
        { new MissingAuthenticationTokenException("m"), 403, "MissingAuthenticationToken" },
        { new ExpiredTokenException("m"), 403, "ExpiredToken" },
        { new ThrottlingException("m"), 400, "Throttling" },
        { new UnknownOperationException("m"), 400, "InvalidAction" },
        { new SerializationException("m"), 404, "MalformedQueryString" },
        { new ServiceException("m"), 500, "ServiceFailure" },
    };

    [Theory]
    [MemberData(nameof(Every), DisableDiscoveryEnumeration = true)]
    public void An_error_has_the_code_and_status_that_SDKs_of_Query_services_know(LightsailException error, int status, string code)
    {
        ArgumentNullException.ThrowIfNull(error);
        var body = new ArrayBufferWriter<byte>();
        QueryErrorBody.Write(body, error, "https://sts.amazonaws.com/doc/2011-06-15/", "r");

        Assert.Equal(status, QueryErrorBody.StatusOf(error));
        Assert.Equal(
            $"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>{(status < 500 ? "Sender" : "Receiver")}</Type><Code>{code}</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>""",
            Encoding.UTF8.GetString(body.WrittenSpan));
    }
}
