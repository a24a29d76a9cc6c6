"""Pages through LookupEvents by boto3's own paginator, two events a page, for one event name; writes what it found as JSON."""
import json
import os
import sys

try:
    import boto3
    import botocore
except ImportError as missing:
    sys.exit(f"{missing}: install the package python3-boto3")

reads_variable = tuple(map(int, botocore.__version__.split(".")[:2])) >= (1, 31)
client = boto3.client("cloudtrail", **({} if reads_variable else {"endpoint_url": os.environ["AWS_ENDPOINT_URL"]}))
pages = list(client.get_paginator("lookup_events").paginate(
    LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": sys.argv[1]}], PaginationConfig={"PageSize": 2}))
try:
    client.lookup_events(MaxResults=50, NextToken="made-up")
    refused = "nothing"
except client.exceptions.InvalidNextTokenException:
    refused = "InvalidNextTokenException"
print(json.dumps({
    "pages": len(pages),
    "events": [{"time": event["EventTime"].isoformat(), "user": event["Username"], "event": json.loads(event["CloudTrailEvent"])} for page in pages for event in page["Events"]],
    "refused": refused,
}))
