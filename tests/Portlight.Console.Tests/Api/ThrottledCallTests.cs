using Portlight.Console.Api;
using Portlight.Console.Settings;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Api;

/// <summary>A server that throttles has done nothing: the console asks again, as AWS's SDKs do, before it shows a person an error.</summary>
public sealed class ThrottledCallTests : IDisposable
{
    private const string Throttled = """{"__type":"ThrottlingException","message":"Rate exceeded"}""";

    private readonly AnsweringApi _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task What_was_throttled_is_asked_again_a_little_later()
    {
        var served = ServeAsync(Throttled, Throttled, """{"networks":[{"name":"office"}],"templates":[]}""");

        var answer = await CallAsync();

        Assert.Equal("office", Assert.Single(answer.Networks).Name);
        Assert.Equal(3, await served);
    }

    [Fact]
    public async Task A_server_that_throttles_for_good_is_told_in_its_words()
    {
        var served = ServeAsync(Throttled, Throttled, Throttled, Throttled);

        var failed = await Assert.ThrowsAsync<ApiException>(CallAsync);

        Assert.Equal((ApiFault.Unreachable, "Rate exceeded"), (failed.Kind, failed.Message));
        Assert.Equal(4, await served);
    }

    private async Task<GetAddressBookResponse> CallAsync()
    {
        using var endpoint = new ApiEndpoint(new ConsoleSettings { Api = _server.Address }, TimeProvider.System);
        var caller = new ApiCaller(endpoint, new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "secret"), "us-east-1", null);
        return await caller.CallAsync("GetAddressBook", new GetAddressBookRequest(), PortlightJson.Default.GetAddressBookRequest, PortlightJson.Default.GetAddressBookResponse, TestContext.Current.CancellationToken);
    }

    /// <summary>Answers each request in turn; returns how many there were.</summary>
    private async Task<int> ServeAsync(params string[] answers)
    {
        foreach (var answer in answers)
        {
            await _server.AnswerAsync(answer, answer == Throttled ? 400 : 200);
        }

        return answers.Length;
    }
}
