// Makes the calls that arrive on stdin with the AWS SDK for JavaScript, one JSON object a line, and writes what the SDK made of each reply.
//
// {"operation": NAME, "input": {...}}  ->  {"output": {...}} or {"error": {"code", "message", "typed"}}
// The argument names the service; it is lightsail without one.
// {"list": NAME}                       ->  {"pages": [{...}, ...]}; the SDK has no paginators for Lightsail, so this follows nextPageToken as its users do
import { createInterface } from "node:readline";

const sdk = await import(`@aws-sdk/client-${process.argv[2] ?? "lightsail"}`);
const named = (ending) => sdk[Object.keys(sdk).find((name) => name.endsWith(ending) && name !== `__${ending}`)];

// The endpoint, the region and the key come from the environment.
const client = new (named("Client"))();

const send = (operation, input) => client.send(new sdk[`${operation}Command`](input));

async function call(operation, input) {
  try {
    const { $metadata, ...output } = await send(operation, input);
    return { output };
  } catch (error) {
    if (!(error instanceof named("ServiceException"))) throw error;
    // What a user writes in `if (error instanceof NotFoundException)`; a class only for the errors of the service's model.
    const type = sdk[error.name];
    return { error: { code: error.name, message: error.message, typed: type !== undefined && error instanceof type } };
  }
}

async function list(operation) {
  const pages = [];
  let pageToken;
  do {
    const page = await send(operation, { pageToken });
    pages.push(page);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return { pages };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(request.list ? await list(request.list) : await call(request.operation, request.input)));
}
