"""Lets Patroni take up a standby again that it would leave as it is: Patroni 3.0.2 (Debian 12) looks at neither of these. The words: Patroni's address, PostgreSQL's directory and programs.

- PostgreSQL is `starting` and waits for a part of its log that the primary does not have, because pg_rewind was cut short. It is ended; Patroni starts it again, and before that it compares its log
  with the primary's, as it does not while PostgreSQL starts. A standby that only takes long is started again, too, after a time that is twice as long each time.
- The directory is half a copy: pg_basebackup was cut short, and has not written its last file, global/pg_control. Patroni is asked to make another copy.

Nothing is done unless the other machine's Patroni says that it is the primary: then it has every write that was acknowledged. What is removed, Patroni removes.
"""
import glob
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

ADDRESS, DIRECTORY, PROGRAMS = sys.argv[1:]
PATIENCE = 20


def ask(address, path, body=None):
    """The status and the answer of a Patroni; (0, "") without one."""
    try:
        with urllib.request.urlopen(f"http://{address}{path}", body, timeout=2) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except (OSError, http.client.HTTPException):
        return 0, ""


def read(path):
    """What this machine's Patroni answers, or nothing."""
    try:
        return json.loads(ask(ADDRESS, path)[1])
    except ValueError:
        return {}


def fault():
    """What is wrong with PostgreSQL here while another machine has the primary; otherwise nothing."""
    members = read("/cluster").get("members", [])
    own = [member for member in members if f"/{ADDRESS}/" in member.get("api_url", "")]
    leaders = [member for member in members if member.get("role") == "leader" and member not in own]
    if not leaders or ask(leaders[0]["api_url"].split("/")[2], "/primary")[0] != 200:
        return None
    state = read("/patroni").get("state")
    if state == "starting":
        return "starting"
    copied = os.path.exists(DIRECTORY + "/global/pg_control") or not glob.glob(DIRECTORY + "/*")
    return None if copied or state == "creating replica" else "half a copy"


def main():
    seen, since, patience = None, 0, PATIENCE
    while True:
        found, now = fault(), time.monotonic()
        if found != seen:
            seen, since = found, now
        elif found and now - since >= patience:
            print(f"{found} for {patience} s: Patroni is to take it up again", flush=True)
            if found == "starting":
                subprocess.run([PROGRAMS + "/pg_ctl", "stop", "-D", DIRECTORY, "-m", "immediate"], check=False)
            else:
                ask(ADDRESS, "/reinitialize", b'{"force": true}')
            since, patience = now, patience * 2
        elif not found and now - since >= 10 * PATIENCE:
            patience = PATIENCE
        time.sleep(2)


main()
