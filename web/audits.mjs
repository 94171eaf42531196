// Holds a server to GraphQL over HTTP by the audits of graphql-http: each as a line of JSON.
import { serverAudits } from "graphql-http";

for (const audit of serverAudits({ url: process.argv[2], fetchFn: fetch })) {
  const { name, status, reason } = await audit.fn();
  console.log(JSON.stringify({ name, status, reason }));
}
