// Decides requests with @cloud-copilot/iam-simulate: all that arrive on stdin as one JSON array, answered by one array on stdout.
//
// {"action", "resource", "context", "identity": [DOCUMENT], "boundary"?, "session"?, "principal"}  ->  "Allowed", "ExplicitlyDenied", "ImplicitlyDenied" or "error: WHY"
//
// The simulation that checks its input is the only one that knows session policies; it also knows only real keys, actions and resources, so what has no session
// policy goes to the one that does not check.
import { runSimulation, runUnsafeSimulation } from "@cloud-copilot/iam-simulate";

const named = (policies) => policies.map((policy, index) => ({ name: `p${index}`, policy }));

async function decide({ action, resource, context, identity, boundary, session, principal }) {
  const simulation = {
    request: { principal, action, resource: { resource, accountId: "111122223333" }, contextVariables: context },
    identityPolicies: named(identity),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(boundary ? { permissionBoundaryPolicies: named([boundary]) } : {}),
    ...(session ? { sessionPolicy: session } : {}),
  };
  try {
    if (!session) return runUnsafeSimulation(simulation, {});
    const answer = await runSimulation(simulation, {});
    return answer.resultType === "error" ? `error: ${answer.errors.message} ${JSON.stringify(answer.errors)}` : answer.overallResult;
  } catch (error) {
    return `error: ${error.message}`;
  }
}

let input = "";
for await (const chunk of process.stdin) input += chunk;
const answers = [];
for (const asked of JSON.parse(input)) answers.push(await decide(asked));
process.stdout.write(JSON.stringify(answers));
