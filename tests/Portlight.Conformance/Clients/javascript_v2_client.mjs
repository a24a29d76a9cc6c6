// Makes the calls that arrive on stdin with the AWS SDK for JavaScript, version 2, one JSON object a line, and writes what the SDK made of each reply.
//
// {"operation": NAME, "input": {...}}  ->  {"output": {...}} or {"error": {"code", "message", "typed"}}
//
// The argument names the service.
import { createInterface } from "node:readline";
import AWS from "aws-sdk";

const service = { lightsail: AWS.Lightsail, iam: AWS.IAM, sts: AWS.STS, cloudtrail: AWS.CloudTrail }[process.argv[2]];
// This version does not read AWS_ENDPOINT_URL and would call the real AWS.
const client = new service({ endpoint: process.env.AWS_ENDPOINT_URL, region: process.env.AWS_REGION });

async function call(operation, input) {
  try {
    return { output: await client[operation[0].toLowerCase() + operation.slice(1)](input).promise() };
  } catch (error) {
    // This version has one type for all errors, and tells them apart by the code that it read.
    return { error: { code: error.code, message: error.message, typed: error.statusCode === 400 } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(await call(request.operation, request.input)));
}
