# Completion of portlight-agent for bash.
complete -o default -W "join show restore-rules --data --lab --count-packets --help --version" portlight-agent
