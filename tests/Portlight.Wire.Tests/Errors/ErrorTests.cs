using System.Text;

namespace Portlight.Wire.Tests.Errors;

public sealed class ErrorTests
{
    public static TheoryData<LightsailException, int> Every => new()
    {
        { new AccessDeniedException("m", "secret"), 400 },
        { new AccountSetupInProgressException("m", "secret"), 400 },
        { new InvalidInputException("m", "secret"), 400 },
        { new NotFoundException("m", "secret"), 400 },
        { new OperationFailureException("m", "secret"), 400 },
        { new RegionSetupInProgressException("m", "secret"), 400 },
        { new ServiceException("m", "secret", new InvalidOperationException("secret")), 500 },
        { new UnauthenticatedException("m", "secret"), 400 },
        { new IncompleteSignatureException("m", "secret"), 400 },
        { new InvalidSignatureException("m", "secret"), 400 },
        { new UnrecognizedClientException("m", "secret"), 400 },
        { new MissingAuthenticationTokenException("m", "secret"), 400 },
        { new ExpiredTokenException("m", "secret"), 400 },
        { new ThrottlingException("m", "secret"), 400 },
        { new SerializationException("m", "secret"), 400 },
        { new UnknownOperationException("m", "secret"), 400 },
        { new MalformedHttpRequestException("m", "secret"), 400 },
        { new RequestEntityTooLargeException("m", "secret"), 413 },
        { new PreconditionFailedException("m", "secret"), 412 },
        { new ServiceUnavailableException("m", "secret"), 503 },
        { new InvalidLookupAttributesException("m", "secret"), 400 },
        { new InvalidTimeRangeException("m", "secret"), 400 },
        { new InvalidMaxResultsException("m", "secret"), 400 },
        { new InvalidNextTokenException("m", "secret"), 400 },
        { new InvalidEventCategoryException("m", "secret"), 400 },
    };

    [Theory]
    [MemberData(nameof(Every), DisableDiscoveryEnumeration = true)]
    public void Each_error_has_its_documented_status_its_own_name_and_keeps_its_detail_to_itself(LightsailException error, int status)
    {
        ArgumentNullException.ThrowIfNull(error);
        var body = AwsErrorBody.ToBytes(error);

        Assert.Equal(status, error.HttpStatus);
        Assert.Equal(error.GetType().Name, error.Type);
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        Assert.Equal(new AwsErrorBody(error.Type, error.Code, "m"), AwsErrorBody.Read(body, errorTypeHeader: null));
    }

    [Fact]
    public void Every_subclass_is_in_the_table_above()
    {
        // One class stands for all errors of IAM and STS: its name is no shape's.
        var family = typeof(LightsailException).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LightsailException)) && type != typeof(IamException));

        Assert.Equal(
            family.Select(type => type.Name).Order(StringComparer.Ordinal),
            Every.Select(row => row.Data.Item1.Type).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_missing_thing_says_so_in_code() => Assert.Equal(
        """{"__type":"NotFoundException","code":"DoesNotExist","message":"The Instance does not exist: web-1"}""",
        Encoding.UTF8.GetString(AwsErrorBody.ToBytes(new NotFoundException("The Instance does not exist: web-1"))));

    [Fact]
    public void A_serialization_error_spells_its_message_both_ways() => Assert.Equal(
        """{"__type":"SerializationException","code":"SerializationException","Message":"m","message":"m"}""",
        Encoding.UTF8.GetString(AwsErrorBody.ToBytes(new SerializationException("m"))));

    [Fact]
    public void Docs_and_tip_are_sent_when_there_are_any() => Assert.Equal(
        """{"__type":"InvalidInputException","code":"NameExists","message":"taken","docs":"https://x","tip":"choose <another>"}""",
        Encoding.UTF8.GetString(AwsErrorBody.ToBytes(
            new InvalidInputException("taken") { Code = ErrorCodes.NameExists, Docs = "https://x", Tip = "choose <another>" })));

    [Theory]
    [InlineData("""{"__type":"com.amazon.coral.service#SerializationException","Message":"m"}""", null, "SerializationException")]
    [InlineData("""{"__type":"A","code":"B"}""", "NotFoundException:http://x/", "NotFoundException")]
    [InlineData("""{"code":"B"}""", null, "B")]
    [InlineData("<html>", null, "UnknownError")]
    [InlineData("[]", null, "UnknownError")]
    [InlineData("", null, "UnknownError")]
    public void Reads_the_type_as_sdks_do(string body, string? header, string expected) =>
        Assert.Equal(expected, AwsErrorBody.Read(Encoding.UTF8.GetBytes(body), header).Type);
}
