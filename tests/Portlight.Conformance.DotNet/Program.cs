using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SecurityToken;

// Makes the calls that arrive on stdin with the AWS SDK for .NET, one JSON object a line, and writes what the SDK made of each reply.
//
// {"operation": NAME, "input": {...}}  ->  {"output": {...}} or {"error": {"code", "message", "typed"}}
//
// The endpoint, the region and the key come from the environment.
using var client = new AmazonSecurityTokenServiceClient();
while (await Console.In.ReadLineAsync() is { } line)
{
    var asked = JsonNode.Parse(line)!;
    Console.WriteLine((await CallAsync((string)asked["operation"]!, asked["input"]!)).ToJsonString());
}

async Task<JsonObject> CallAsync(string operation, JsonNode input)
{
    var method = typeof(IAmazonSecurityTokenService).GetMethods().Single(candidate => candidate.Name == operation + "Async" && candidate.GetParameters().Length == 2);
    var request = input.Deserialize(method.GetParameters()[0].ParameterType)!;
    try
    {
        var call = (Task)method.Invoke(client, [request, CancellationToken.None])!;
        await call;
        var answer = call.GetType().GetProperty("Result")!.GetValue(call)!;
        return new JsonObject { ["output"] = JsonSerializer.SerializeToNode(answer, answer.GetType()) };
    }
    catch (AmazonServiceException refused)
    {
        return new JsonObject
        {
            // A class for the errors of the service's model; its base class for every other.
            ["error"] = new JsonObject { ["code"] = refused.ErrorCode, ["message"] = refused.Message, ["typed"] = refused.GetType() != typeof(AmazonSecurityTokenServiceException) },
        };
    }
}
