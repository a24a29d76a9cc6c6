"""Makes the boto3 calls that arrive on stdin, one JSON object a line, and writes what boto3 made of each reply.

{"operation": NAME, "input": {...}}  -> (with "confirm": SECONDS the change must be confirmed)
                                     ->  {"output": {...}} or {"error": {"code", "message", "typed"}}
{"list": NAME, "input": {...}}        ->  {"pages": [{...}, ...]}, by boto3's own paginator

The first argument names the service; it is lightsail without one.
"""
import datetime
import json
import os
import sys

try:
    import boto3
    import botocore
    from botocore.exceptions import ClientError
except ImportError as missing:
    sys.exit(f"{missing}: install the package python3-boto3")

# The first botocore that reads AWS_ENDPOINT_URL is 1.31; an older one would call the real AWS, if it were told nothing else.
reads_variable = tuple(map(int, botocore.__version__.split(".")[:2])) >= (1, 31)
service = sys.argv[1] if len(sys.argv) > 1 else "lightsail"
client = boto3.client(service, **({} if reads_variable else {"endpoint_url": os.environ["AWS_ENDPOINT_URL"]}))


def call(operation, arguments):
    try:
        answer = getattr(client, botocore.xform_name(operation))(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        # What a user writes in `except client.exceptions.NotFoundException`; an attribute only for the errors of the service's model. IAM's are named after
        # the shape and not after the code that the wire has.
        shape = code if service == "lightsail" else code + "Exception"
        typed = isinstance(error, getattr(client.exceptions, shape)) if hasattr(client.exceptions, shape) else False
        return {"error": {"code": code, "message": error.response["Error"]["Message"], "typed": typed}}
    by = answer.pop("ResponseMetadata")["HTTPHeaders"].get("x-portlight-confirm-by")
    return {"output": answer, "confirmBy": by}


def confirm_within(seconds):
    return lambda params, **_: params["headers"].update({"X-Portlight-Confirm": str(seconds)})


def text(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(f"boto3 gave a {type(value)}")


for line in sys.stdin:
    request = json.loads(line)
    if "list" in request:
        reply = {"pages": list(client.get_paginator(botocore.xform_name(request["list"])).paginate(**request.get("input", {})))}
    else:
        if "confirm" in request:
            handler = confirm_within(request["confirm"])
            client.meta.events.register("before-call", handler)
        reply = call(request["operation"], request["input"])
        if "confirm" in request:
            client.meta.events.unregister("before-call", handler)
    print(json.dumps(reply, default=text), flush=True)
