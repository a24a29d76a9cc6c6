#compdef portlight-agent
_arguments '--data[the data directory]:directory:_files -/' '--lab[allow lab instances here]' '--count-packets[count the packets that each open port lets in]' '--help[show the usage]' '--version[show the version]' '1:command:(join show restore-rules)' '2:token, or - to read it from standard input:'
