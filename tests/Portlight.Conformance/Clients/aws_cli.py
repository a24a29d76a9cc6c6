"""The AWS CLI whose script is named, loaded once: each call is made by a child that is forked when everything is imported, and that calls the script's own main() with the words and the
environment of that call alone. What a call saves is the start of Python, two thirds of its processor time.

One JSON object a line: {"id", "words", "environment"} -> {"id", "code", "output", "errors"}, in the order in which calls end.
"""
import fcntl
import gc
import json
import os
import signal
import sys

before = dict(os.environ)
sys.path.insert(0, os.path.dirname(os.path.realpath(sys.argv[1])))
import awscli.clidriver  # noqa: E402

# Where its own data is (AWS_DATA_PATH).
own = {name: value for name, value in os.environ.items() if before.get(name) != value}

# What the first call would import.
awscli.clidriver.create_clidriver().session.create_client("sts", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
gc.collect()
gc.freeze()


def content(descriptor):
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(descriptor, "rb") as file:
        return file.read().decode(errors="replace")


def call(asked, replies):
    os.environ.clear()
    os.environ.update(asked["environment"] | own)
    output, errors = os.memfd_create("output"), os.memfd_create("errors")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(errors, 2)
    sys.argv = ["aws", *asked["words"]]
    try:
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    reply = json.dumps({"id": asked["id"], "code": code or 0, "output": content(output), "errors": content(errors)}).encode() + b"\n"
    # One reply after the other, however long. The file is opened here: a descriptor from before the fork would share its lock with all.
    with open(__file__, "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        while reply:
            reply = reply[os.write(replies, reply):]
    os._exit(0)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
replies = os.dup(1)
for line in iter(sys.stdin.buffer.readline, b""):
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        call(json.loads(line), replies)
