using System.CommandLine;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight completion SHELL</c>: a script that lets a shell complete verbs and options, by asking this program for the words that fit.</summary>
internal static class CompletionVerb
{
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a script that completes verbs and options in a shell") { shell };
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(Script(parsed.GetRequiredValue(shell)));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The program answers <c>[suggest:POSITION] LINE</c> with a word on each line; the line is what stands behind its own name, because that may be a path.</summary>
    internal static string Script(string shell) => shell switch
    {
        "bash" => """
            _portlight() {
                local program=${COMP_WORDS[0]} rest=${COMP_LINE#"${COMP_WORDS[0]}"}
                rest=${rest# }
                local position=$((COMP_POINT - ${#COMP_LINE} + ${#rest}))
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$("$program" "[suggest:$position]" "$rest" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _portlight portlight
            """,
        "zsh" => """
            #compdef portlight
            _portlight() {
                local rest="${BUFFER#* }"
                local position=$((CURSOR - ${#BUFFER} + ${#rest}))
                local -a found
                found=("${(@f)$("${words[1]}" "[suggest:$position]" "$rest" 2>/dev/null)}")
                compadd -a found || _files
            }
            # Sourced by a person, or loaded as a function of the search path by the first key.
            if [[ ${funcstack[1]} == _portlight ]]; then _portlight "$@"; else compdef _portlight portlight; fi
            """,
        _ => """
            function __portlight_suggest
                set -l line (commandline -cp)
                set -l rest (string replace -r '^\S+ ?' '' -- $line)
                portlight "[suggest:"(string length -- "$rest")"]" "$rest" 2>/dev/null
            end
            complete -c portlight -a '(__portlight_suggest)'
            """,
    };
}
