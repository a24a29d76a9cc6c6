# Completion of portlight-agent for bash.
complete -o default -W "join restore-rules --data --lab --help --version" portlight-agent
