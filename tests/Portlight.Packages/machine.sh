#!/bin/bash
# Runs in the booted machine, once at each boot. What it sees is appended to /seen: `NAME VALUE` lines, which the test compares.
exec 2>>/errors
say() { echo "$1 ${*:2}" >>/seen; }
opens() { # PORT: whether a peer that is not this machine gets a connection
    ip netns exec peer timeout 2 bash -c "</dev/tcp/10.9.0.1/$1" 2>/dev/null && echo open || echo closed
}
units() { systemctl is-active portlight-restore.service portlight.service | paste -sd' '; }

ip netns add peer
ip link add wan0 type veth peer name eth0 netns peer
ip address add 10.9.0.1/24 dev wan0
ip link set wan0 up
ip -n peer address add 10.9.0.2/24 dev eth0
ip -n peer link set eth0 up

case $(cat /step) in
    first)
        say units "$(units)"
        say version "$(portlight --version | cut -d' ' -f2)"
        say user "$(ps -o user:20= -p "$(systemctl show --property=MainPID --value portlight.service)")"
        say restore.exposed "$(systemd-analyze security --offline=true --threshold=20 portlight-restore.service >/dev/null && echo 'at most 2')"
        say server.exposed "$(systemd-analyze security --offline=true --threshold=20 portlight.service >/dev/null && echo 'at most 2')"
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
        say units "$(units)"
        say booted "$(opens 22) $(opens 9999)"
        dpkg --purge portlight >>/errors 2>&1
        say purged "$(opens 22) $(opens 9999)"
        say left "$(find / -xdev -iname '*portlight*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/packages*' | paste -sd' ')"
        ;;
esac
sync
