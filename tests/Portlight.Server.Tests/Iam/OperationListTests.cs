using System.Text;
using Portlight.Api;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Iam;

/// <summary>docs/iam-operations.md says what there is.</summary>
public sealed class OperationListTests
{
    [Fact]
    public async Task The_paper_lists_every_operation_that_is_answered()
    {
        await using var server = await ServerHarness.StartAsync();
        var text = new StringBuilder();
        foreach (var name in server.Server.Operations.Where(entry => entry.Service == ApiService.Iam).Select(entry => entry.Name).Order(StringComparer.Ordinal))
        {
            text.Append("- ").Append(name).Append('\n');
        }

        Golden.MatchBlock("../../../docs/iam-operations.md", text.ToString());
    }

    [Fact]
    public async Task What_IAM_has_and_Portlight_has_not_is_no_action()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Equal(
            "400 InvalidAction: Could not find operation CreateVirtualMFADevice for version 2010-05-08",
            (await server.IamRefusedAsync("CreateVirtualMFADevice", ("VirtualMFADeviceName", "x"))).ToString());
    }
}
