"""listen PORT: accepts TCP connections on every address, IPv4 and IPv6, after it has said `listening`.
connect ADDRESS PORT SECONDS: says `connected`, or why not (`timed out`, `Connection refused`)."""
import socket
import sys

if sys.argv[1] == "listen":
    server = socket.create_server(("", int(sys.argv[2])), family=socket.AF_INET6, dualstack_ipv6=True)
    print("listening", flush=True)
    while True:
        server.accept()[0].close()

try:
    socket.create_connection((sys.argv[2], int(sys.argv[3])), timeout=float(sys.argv[4])).close()
    print("connected")
except OSError as error:
    print(error.strerror or error)
