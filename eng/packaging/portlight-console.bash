# Completion of portlight-console for bash.
complete -o default -W "--api --listen --region --data --api-cert --tls-cert --tls-key --help --version" portlight-console
