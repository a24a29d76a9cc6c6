#!/bin/bash
# Runs in the booted machine, once at each boot. What it sees is appended to /seen: `NAME VALUE` lines, which the test compares.
exec 2>>/errors
say() { echo "$1 ${*:2}" >>/seen; }
opens() { # PORT: whether a peer that is not this machine gets a connection
    ip netns exec peer timeout 2 bash -c "</dev/tcp/10.9.0.1/$1" 2>/dev/null && echo open || echo closed
}
units() { systemctl is-active "$1-restore.service" "$1.service" | paste -sd' '; }
said() { systemctl show --property=StatusText --value portlight-agent.service; }
exposed() { # UNIT
    systemd-analyze security --offline=true --threshold=20 "$1" >/dev/null && echo 'at most 2'
}
server() { ip netns exec peer env HOME=/packages/data /packages/server "$@" --data /packages/data; }
serve() { # until it answers; its process is $serving
    rm -f /ready
    (exec ip netns exec peer env HOME=/packages/data /packages/server serve --enforce record --listen http://127.0.0.1:8580 --agents https://10.9.0.2:8581 --data /packages/data >/ready) &
    serving=$!
    until grep -q ready /ready; do sleep 0.1; done
}
unserve() {
    kill $serving
    wait $serving
}
connected() { # waits for the agent
    until said | grep -q 'connected to'; do sleep 0.1; done
}

ip netns add peer
ip link add wan0 type veth peer name eth0 netns peer
ip address add 10.9.0.1/24 dev wan0
ip link set wan0 up
ip -n peer address add 10.9.0.2/24 dev eth0
ip -n peer link set eth0 up
ip -n peer link set lo up

case $(cat /step) in
    first)
        say units "$(units portlight)"
        say version "$(portlight --version | cut -d' ' -f2)"
        say user "$(ps -o user:20= -p "$(systemctl show --property=MainPID --value portlight.service)")"
        say restore.exposed "$(exposed portlight-restore.service)"
        say server.exposed "$(exposed portlight.service)"
        say verified "$(systemd-analyze verify portlight.service portlight-restore.service 2>&1 | grep -c portlight)"
        say manual "$(man --where portlight-open)"
        say completion "$(bash -c 'source /usr/share/bash-completion/completions/portlight; complete -p portlight')"
        portlight check --settings /etc/portlight.toml >/dev/null && say settings right
        say before "$(opens 22) $(opens 9999)"
        portlight attach me --this-host --open 22/tcp --yes >>/errors
        say attached "$(opens 22) $(opens 9999)"
        portlight open me 9999/tcp >>/errors && say opened "$(opens 22) $(opens 9999)"
        portlight close me 9999/tcp --yes >>/errors && say closed "$(opens 22) $(opens 9999)"
        portlight backup /backup >>/errors && say backup done
        say owners "$(find /var/lib/portlight -not -user portlight | wc -l)"
        portlight doctor >/doctor 2>&1
        echo '# mine' >>/etc/portlight.toml

        # The upgrade, while a peer tries the closed port without a pause.
        before=$(systemctl show --property=MainPID --value portlight.service)
        while [ ! -e /upgraded ]; do say during "$(opens 9999)"; done &
        dpkg --install /packages/new.deb >>/errors && say upgraded "$(portlight --version | cut -d' ' -f2)"
        until [ "$(systemctl is-active portlight.service)" = active ]; do :; done
        touch /upgraded
        wait
        [ "$before" != "$(systemctl show --property=MainPID --value portlight.service)" ] && say restarted yes
        say kept "$(tail -n 1 /etc/portlight.toml)"
        say after "$(opens 22) $(opens 9999)"
        ;;
    second)
        say units "$(units portlight)"
        say booted "$(opens 22) $(opens 9999)"
        dpkg --purge portlight >>/errors 2>&1
        say purged "$(opens 22) $(opens 9999)"
        say left "$(find / -xdev -iname '*portlight*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/packages*' | paste -sd' ')"
        ;;
    agent)
        say units "$(units portlight-agent)"
        say version "$(portlight-agent --version | cut -d' ' -f2)"
        say user "$(ps -o user:20= -p "$(systemctl show --property=MainPID --value portlight-agent.service)")"
        say restore.exposed "$(exposed portlight-agent-restore.service)"
        say agent.exposed "$(exposed portlight-agent.service)"
        say verified "$(systemd-analyze verify portlight-agent.service portlight-agent-restore.service 2>&1 | grep -c portlight)"
        say manual "$(man --where portlight-agent)"
        say completion "$(bash -c 'source /usr/share/bash-completion/completions/portlight-agent; complete -p portlight-agent')"
        say keeps "$(grep -c '^ExecStop=$' /usr/lib/systemd/system/nftables.service.d/portlight-agent.conf)"
        # It waits to be joined, and does not start again and again meanwhile.
        say waits "$(said | cut -d'(' -f1)"
        sleep 3
        say restarts "$(systemctl show --property=NRestarts --value portlight-agent.service)"

        serve
        say joined "$(portlight-agent join "$(server host token fra | cut -d' ' -f4)" 2>>/errors)"
        connected
        say before "$(opens 22) $(opens 9999)"
        server attach me --host fra --this-host --open 22/tcp --yes >>/errors
        until [ "$(opens 9999)" = closed ]; do :; done
        say attached "$(opens 22) $(opens 9999)"
        say owners "$(find /var/lib/portlight-agent -not -user portlight-agent | wc -l)"

        # The upgrade, while a peer tries the closed port without a pause.
        before=$(systemctl show --property=MainPID --value portlight-agent.service)
        while [ ! -e /upgraded ]; do say during "$(opens 9999)"; done &
        trying=$!
        dpkg --install /packages/new.deb >>/errors && say upgraded "$(dpkg-query --show --showformat='${Version}' portlight-agent)"
        connected
        touch /upgraded
        wait $trying
        [ "$before" != "$(systemctl show --property=MainPID --value portlight-agent.service)" ] && say restarted yes
        say after "$(opens 22) $(opens 9999)"
        server open me 9999/tcp >>/errors
        until [ "$(opens 9999)" = open ]; do :; done
        server close me 9999/tcp --yes >>/errors
        until [ "$(opens 9999)" = closed ]; do :; done
        say changed "$(opens 22) $(opens 9999)"
        unserve
        ;;
    agent-away)
        say units "$(units portlight-agent)"
        say booted "$(opens 22) $(opens 9999)"
        say enforces "$(said | cut -d';' -f1)"
        serve
        connected
        say back "$(opens 22) $(opens 9999)"
        unserve
        dpkg --purge portlight-agent >>/errors 2>&1
        say purged "$(opens 22) $(opens 9999)"
        say left "$(find / -xdev -iname '*portlight*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/packages*' | paste -sd' ')"
        ;;
esac
sync
