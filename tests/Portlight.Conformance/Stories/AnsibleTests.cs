using System.Diagnostics;

namespace Portlight.Conformance.Stories;

/// <summary>Ansible and the modules of the distribution, by `Clients/ansible/playbook.yml`, which asserts for itself what the modules made of the answers.</summary>
public sealed class AnsibleTests(Installation installation)
{
    [Fact]
    public async Task Its_modules_make_keep_and_take_away_what_a_playbook_says()
    {
        var ansible = Programs.TryFind("ansible-playbook");
        NotRun.Unless(ansible is not null, "there is no `ansible-playbook` here: install ansible");
        var start = installation.Inside(
            ansible!, "--inventory", "localhost,", "--connection", "local", "--extra-vars", $"ansible_python_interpreter={Programs.Find("python3", "python3")}",
            Path.Combine(ScriptedClient.Folder, "ansible/playbook.yml"));
        start.Environment["AWS_URL"] = start.Environment["AWS_ENDPOINT_URL"];
        start.Environment["ANSIBLE_LOCALHOST_WARNING"] = start.Environment["ANSIBLE_DEPRECATION_WARNINGS"] = "false";
        start.Environment["LC_ALL"] = "C.UTF-8"; // Ansible refuses to start in another encoding

        (var code, var output, var errors) = await Programs.RunAsync(start);

        Assert.True(code == 0, output + errors);
        Assert.Contains("failed=0", output, StringComparison.Ordinal);
    }
}
