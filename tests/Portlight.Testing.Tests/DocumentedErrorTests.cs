using System.Text.Json;

namespace Portlight.Testing.Tests;

/// <summary>The table of documented errors, against the service models that botocore of this machine has.</summary>
public sealed class DocumentedErrorTests
{
    private const string Models = "/usr/lib/python3/dist-packages/botocore/data";

    [Theory]
    [InlineData("lightsail", "2016-11-28")]
    [InlineData("iam", "2010-05-08")]
    [InlineData("sts", "2011-06-15")]
    [InlineData("cloudtrail", "2013-11-01")]
    public void Every_error_that_the_model_lists_for_an_operation_is_in_the_table(string service, string version)
    {
        var file = $"{Models}/{service}/{version}/service-2.json";
        Assert.SkipUnless(File.Exists(file), "no botocore here: install python3-boto3");
        using var model = JsonDocument.Parse(File.ReadAllText(file));
        var missing =
            from operation in model.RootElement.GetProperty("operations").EnumerateObject()
            where DocumentedErrors.Operations.Contains(operation.Name) && operation.Value.TryGetProperty("errors", out _)
            from error in operation.Value.GetProperty("errors").EnumerateArray()
            let name = error.GetProperty("shape").GetString()!
            where !DocumentedErrors.Of(operation.Name).Contains(name)
            select $"{operation.Name} {name}";
        Assert.Equal([], missing);
        Assert.Contains(model.RootElement.GetProperty("operations").EnumerateObject(), operation => DocumentedErrors.Operations.Contains(operation.Name));
    }

    [Fact]
    public async Task Every_operation_of_an_AWS_service_that_the_server_answers_has_its_errors_in_the_table()
    {
        await using var server = await PortlightServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([], server.Operations.Except(DocumentedErrors.Operations));
        Assert.Equal([], DocumentedErrors.Operations.Except(server.Operations));
    }

    [Fact]
    public void An_operation_that_is_not_here_has_no_errors() =>
        Assert.Contains("`CreateDisk` is not an operation", Assert.Throws<ArgumentException>(() => DocumentedErrors.Of("CreateDisk")).Message, StringComparison.Ordinal);
}
